-- One row per ticket and commitment: what starts it, what fulfils it, and the limit valid at registration (R9).
-- `settled_as` says why nothing is counted: not_covered, unclassified, no_commitment, awaiting_qualification; null otherwise.
-- The tickets are read once for requests and once for anomalies: what asks for one kind only does not pay for the other.
with buckets as (
    select
        int_clock_deadlines.contract_id,
        int_clock_deadlines.clock,
        min(int_clock_deadlines.bucket_s) as bucket_s
    from {{ ref('int_clock_deadlines') }} as int_clock_deadlines
    group by int_clock_deadlines.contract_id, int_clock_deadlines.clock
),

targets as (
    select
        int_targets.contract_id,
        int_targets.commitment,
        int_targets.criticality,
        int_targets.value,
        int_targets.unit,
        int_targets.clock,
        int_targets.clause,
        int_targets.valid_from,
        coalesce(int_targets.valid_until, date '9999-12-31') as valid_until,
        buckets.bucket_s
    from {{ ref('int_targets') }} as int_targets
    left join buckets
        on buckets.contract_id = int_targets.contract_id and buckets.clock = int_targets.clock
),

requests as (
    select
        tickets.*,
        'take_in_charge' as commitment,
        tickets.criticality as limit_criticality,
        tickets.created_at as started_at,
        tickets.taken_in_charge_at as done_at,
        targets.value,
        targets.unit,
        targets.clock,
        targets.bucket_s,
        targets.clause
    from {{ ref('int_ticket_scopes') }} as tickets
    left join targets
        on targets.contract_id = tickets.contract_id
        and targets.commitment = 'take_in_charge'
        and targets.criticality = tickets.criticality
        and targets.valid_from <= tickets.created_on
        and targets.valid_until > tickets.created_on
),

anomalies as (
    select
        tickets.*,
        coalesce(targets.commitment, 'fix_or_workaround') as commitment,
        tickets.anomaly_level as limit_criticality,
        tickets.qualified_at as started_at,
        case
            when targets.commitment = 'action_plan' then tickets.action_plan_at
            else tickets.fix_or_workaround_at
        end as done_at,
        targets.value,
        targets.unit,
        targets.clock,
        targets.bucket_s,
        targets.clause
    from {{ ref('int_ticket_scopes') }} as tickets
    left join targets
        on targets.contract_id = tickets.contract_id
        and targets.commitment in ('action_plan', 'fix_or_workaround')
        and targets.criticality = tickets.anomaly_level
        and targets.valid_from <= tickets.created_on
        and targets.valid_until > tickets.created_on
    where tickets.is_anomaly
),

promised as (
    select * from requests
    union all
    select * from anomalies
)

select
    promised.contract_id,
    promised.client_id,
    promised.environment_id,
    promised.ticket_id,
    promised.user_id,
    promised.user_status,
    promised.commitment,
    promised.limit_criticality as criticality,
    promised.criticality_given,
    promised.channel,
    promised.kind,
    promised.created_on,
    promised.created_at,
    promised.acknowledged_at,
    promised.started_at,
    promised.done_at,
    promised.as_of,
    least(coalesce(promised.done_at, promised.as_of), promised.as_of) as ended_at,
    case
        when promised.is_out_of_scope then 'not_covered'
        when promised.contract_id is null then 'unclassified'
        when promised.limit_criticality is null and promised.started_at is not null
            then 'unclassified'
        when promised.limit_criticality is null then 'awaiting_qualification'
        when promised.value is null then 'no_commitment'
        when promised.started_at is null then 'awaiting_qualification'
    end as settled_as,
    promised.not_covered_reason,
    case
        when promised.is_out_of_scope then promised.not_covered_clause else promised.clause
    end as clause,
    promised.clock,
    promised.bucket_s,
    promised.unit,
    promised.value,
    promised.file_id,
    promised.line
from promised

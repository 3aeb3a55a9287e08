-- One row per ticket and commitment: what starts it, what fulfils it, and the limit valid at registration (R9).
-- `settled_as` says why nothing is counted: not_covered, unclassified, no_commitment, awaiting_qualification; null otherwise.
with tickets as (
    select * from {{ ref('int_tickets_placed') }}
),

out_of_scope as (
    select * from {{ ref('int_tickets_out_of_scope') }}
),

targets as (
    select * from {{ ref('int_targets') }}
),

anomalies as (
    select
        tickets.*,
        coalesce(targets.commitment, 'fix_or_workaround') as commitment,
        targets.value,
        targets.unit,
        targets.clock,
        targets.clause,
    from tickets
    left join targets
        on targets.contract_id = tickets.contract_id
        and targets.commitment in ('action_plan', 'fix_or_workaround')
        and targets.criticality = tickets.anomaly_level
        and targets.valid_from <= tickets.created_on
        and (targets.valid_until is null or targets.valid_until > tickets.created_on)
    where tickets.is_anomaly
),

promised as (
    select
        tickets.contract_id,
        tickets.ticket_id,
        'take_in_charge' as commitment,
        tickets.criticality as limit_criticality,
        tickets.created_at as started_at,
        tickets.taken_in_charge_at as done_at,
        tickets.created_on,
        tickets.as_of,
        targets.value,
        targets.unit,
        targets.clock,
        targets.clause,
        true as is_started,
    from tickets
    left join targets
        on targets.contract_id = tickets.contract_id
        and targets.commitment = 'take_in_charge'
        and targets.criticality = tickets.criticality
        and targets.valid_from <= tickets.created_on
        and (targets.valid_until is null or targets.valid_until > tickets.created_on)

    union all

    select
        anomalies.contract_id,
        anomalies.ticket_id,
        anomalies.commitment,
        anomalies.anomaly_level as limit_criticality,
        anomalies.qualified_at as started_at,
        case
            when anomalies.commitment = 'action_plan' then anomalies.action_plan_at
            else anomalies.fix_or_workaround_at
        end as done_at,
        anomalies.created_on,
        anomalies.as_of,
        anomalies.value,
        anomalies.unit,
        anomalies.clock,
        anomalies.clause,
        anomalies.qualified_at is not null as is_started,
    from anomalies
)

select
    promised.contract_id,
    promised.ticket_id,
    promised.commitment,
    promised.limit_criticality as criticality,
    case
        when out_of_scope.ticket_id is not null then 'not_covered'
        when promised.contract_id is null then 'unclassified'
        when promised.limit_criticality is null and promised.is_started then 'unclassified'
        when promised.limit_criticality is null then 'awaiting_qualification'
        when promised.value is null then 'no_commitment'
        when not promised.is_started then 'awaiting_qualification'
    end as settled_as,
    out_of_scope.reason as not_covered_reason,
    case when out_of_scope.ticket_id is null then promised.clause else out_of_scope.clause end
        as clause,
    promised.clock,
    promised.unit,
    promised.value,
    promised.created_on,
    promised.started_at,
    promised.done_at,
    promised.as_of,
    least(coalesce(promised.done_at, promised.as_of), promised.as_of) as ended_at,
from promised
left join out_of_scope on out_of_scope.ticket_id = promised.ticket_id

-- One row per ticket and commitment: its limit, the business time used, and what came of it at as_of. Kept from run to run: only
-- due tickets are judged anew.
-- depends_on: {{ ref('int_ticket_due') }}
with limits as (
    select * from {{ ref('int_ticket_limits_on_clock') }}
),

in_days as (
    select * from {{ ref('int_ticket_limits_in_days') }}
),

files as (
    select * from {{ source('landing', 'files') }}
),

judged as (
    select
        limits.*,
        files.name as file,
        in_days.ticket_id is not null as is_in_days,
        in_days.clock_started_at as days_started_at,
        in_days.due_at as days_due_at,
        in_days.allowed_s as days_allowed_s,
        in_days.elapsed_s as days_elapsed_s,
        in_days.waited_s as days_waited_s,
        in_days.outcome as days_outcome
    from limits
    left join in_days
        on in_days.ticket_id = limits.ticket_id and in_days.commitment = limits.commitment
    left join files on files.file_id = limits.file_id
    -- What began outside the contract's calendar has no verdict: `unjudged` tells of it.
    where coalesce(in_days.outcome, limits.outcome) is not null
)

select
    judged.contract_id,
    judged.client_id,
    judged.environment_id,
    judged.ticket_id,
    judged.user_id,
    judged.user_status,
    judged.commitment,
    judged.criticality,
    judged.criticality_given,
    judged.channel,
    judged.kind,
    cast(date_trunc('month', judged.created_on) as date) as month,
    judged.created_at,
    case when judged.commitment = 'take_in_charge' then judged.acknowledged_at end
        as acknowledged_at,
    case when judged.is_in_days then judged.days_started_at else judged.clock_started_at end
        as clock_started_at,
    case when judged.is_in_days then judged.days_due_at else judged.due_at end as due_at,
    judged.done_at,
    case
        when judged.is_in_days then judged.days_allowed_s
        when judged.settled_as is null then judged.allowed_s
    end as allowed_s,
    coalesce(judged.days_elapsed_s, judged.elapsed_s) as elapsed_s,
    cast(case
        when judged.is_in_days then judged.days_allowed_s - judged.days_elapsed_s
        else judged.allowed_s - judged.elapsed_s
    end as decimal(18, 6)) as left_s,
    coalesce(judged.days_waited_s, judged.waited_s) as waited_s,
    case
        when judged.settled_as = 'awaiting_qualification'
            then {{ seconds_between('judged.created_at', 'judged.as_of') }}
    end as awaiting_s,
    coalesce(judged.days_outcome, judged.outcome) as outcome,
    judged.not_covered_reason,
    judged.clause,
    judged.clock,
    judged.unit as limit_unit,
    judged.value as limit_value,
    judged.file,
    judged.line
from judged

-- One row per commitment in working days that waited through whole working days: by how many days that moves its last day.
-- A stretch of waiting counts when it begins before the last day has begun.
with started as (
    select * from {{ ref('int_ticket_day_limits_started') }}
),

pauses as (
    select * from {{ ref('int_ticket_pauses_merged') }}
),

working_days as (
    select * from {{ ref('int_clock_working_days') }}
),

-- What was waited before the start says nothing, and may lie before the calendar begins.
since_start as (
    select
        started.ticket_id,
        started.commitment,
        started.contract_id,
        started.clock,
        started.started_days,
        started.allowed_days,
        greatest(pauses.paused_from, started.started_at) as paused_from,
        pauses.paused_until,
    from started
    inner join pauses on pauses.ticket_id = started.ticket_id
    where pauses.paused_until > started.started_at
),

begun as (
    select
        since_start.ticket_id,
        since_start.commitment,
        since_start.started_days,
        since_start.allowed_days,
        since_start.paused_from,
        greatest(
            since_start.started_days,
            case
                when paused.day_from = since_start.paused_from then paused.working_days_before
                else paused.working_days
            end
        ) as days_before,
        resumed.working_days_before as days_until,
    from since_start
    inner join working_days as paused
        on paused.contract_id = since_start.contract_id
        and paused.clock = since_start.clock
        and paused.utc_day = {{ utc_day('since_start.paused_from') }}
        and paused.slice_from <= since_start.paused_from
        and paused.slice_until > since_start.paused_from
    inner join working_days as resumed
        on resumed.contract_id = since_start.contract_id
        and resumed.clock = since_start.clock
        and resumed.utc_day = {{ utc_day('since_start.paused_until') }}
        and resumed.slice_from <= since_start.paused_until
        and resumed.slice_until > since_start.paused_until
),

waited as (
    select
        begun.*,
        begun.days_until - begun.days_before as waited_days,
        coalesce(sum(begun.days_until - begun.days_before) over (
            partition by begun.ticket_id, begun.commitment
            order by begun.paused_from
            rows between unbounded preceding and 1 preceding
        ), 0) as waited_days_before,
    from begun
    where begun.days_until > begun.days_before
)

select
    waited.ticket_id,
    waited.commitment,
    cast(sum(waited.waited_days) as bigint) as waited_days,
from waited
where waited.days_before - waited.started_days - waited.waited_days_before < waited.allowed_days
group by waited.ticket_id, waited.commitment

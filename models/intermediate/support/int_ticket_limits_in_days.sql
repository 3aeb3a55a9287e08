-- One row per counted commitment with a limit in working days (R10): the last day ends at 24:00 local. The verdict is by that
-- instant: what is done after the last day is late, though no working day has passed since. Where no working day follows, the
-- clock never starts. A stretch of waiting moves the last day by the days waited through, when it begins before that day has begun.
{{ config(materialized='table') }}
with started as (
    select
        readings.*,
        cast(readings.value as bigint) as allowed_days
    from {{ ref('int_ticket_limit_readings') }} as readings
    where readings.unit = 'working_day'
        and readings.settled_as is null
        and readings.started_days is not null
),

-- The last slice of each working day.
working_days as (
    select * from {{ ref('int_clock_working_days') }} as days
    where days.is_working_day and days.slice_until = days.day_until
),

pauses as (
    select * from {{ ref('int_ticket_pause_readings') }}
),

moving as (
    select
        pauses.ticket_id,
        pauses.commitment,
        pauses.days_from - pauses.started_days as begun_days,
        pauses.days_until - pauses.days_from as waited_days,
        coalesce(sum(pauses.days_until - pauses.days_from) over (
            partition by pauses.ticket_id, pauses.commitment
            order by pauses.paused_from
            rows between unbounded preceding and 1 preceding
        ), 0) as waited_days_before
    from pauses
    where pauses.days_until > pauses.days_from
),

moved as (
    select
        started.ticket_id,
        started.commitment,
        cast(sum(moving.waited_days) as bigint) as waited_days
    from started
    inner join moving
        on moving.ticket_id = started.ticket_id and moving.commitment = started.commitment
    where moving.begun_days - moving.waited_days_before < started.allowed_days
    group by started.ticket_id, started.commitment
),

due as (
    select
        started.*,
        working_days.day_until as due_at,
        working_days.opened_until_s as due_s
    from started
    left join moved
        on moved.ticket_id = started.ticket_id and moved.commitment = started.commitment
    left join working_days
        on working_days.contract_id = started.contract_id
        and working_days.clock = started.clock
        and working_days.working_days
        = started.started_days + started.allowed_days + coalesce(moved.waited_days, 0)
),

waited as (
    select
        due.ticket_id,
        due.commitment,
        cast(sum(greatest(
            least(pauses.until_reading_s, due.ended_reading_s)
            - greatest(pauses.from_reading_s, due.started_s), 0
        )) as decimal(18, 6)) as waited_s,
        cast(sum(greatest(
            least(pauses.until_reading_s, due.due_s)
            - greatest(pauses.from_reading_s, due.started_s), 0
        )) as decimal(18, 6)) as waited_until_due_s
    from due
    inner join pauses
        on pauses.ticket_id = due.ticket_id and pauses.commitment = due.commitment
    group by due.ticket_id, due.commitment
)

select
    due.contract_id,
    due.ticket_id,
    due.commitment,
    case when due.is_followed then due.started_at end as clock_started_at,
    due.due_at,
    cast(due.due_s - due.started_s - coalesce(waited.waited_until_due_s, 0) as decimal(18, 6))
        as allowed_s,
    case
        when due.ended_at <= due.started_at then 0
        else cast(greatest(
                due.ended_reading_s - due.started_s - coalesce(waited.waited_s, 0), 0
            ) as decimal(18, 6))
    end as elapsed_s,
    coalesce(waited.waited_s, 0) as waited_s,
    case
        when due.ended_at > due.due_at then 'breached'
        when due.done_at is null then 'running'
        else 'met'
    end as outcome
from due
left join waited on waited.ticket_id = due.ticket_id and waited.commitment = due.commitment

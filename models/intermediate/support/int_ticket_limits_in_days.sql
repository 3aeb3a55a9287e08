-- One row per counted commitment with a limit in working days (R10): the last day ends at 24:00 local. The verdict is by that
-- instant: what is done after the last day is late, though no working day has passed since. Where no working day follows, the
-- clock never starts.
{{ config(materialized='table') }}
with started as (
    select * from {{ ref('int_ticket_day_limits_started') }}
),

moved as (
    select * from {{ ref('int_ticket_day_limits_waited') }}
),

working_days as (
    select distinct
        int_clock_working_days.contract_id,
        int_clock_working_days.clock,
        int_clock_working_days.working_days,
        int_clock_working_days.day_until,
        int_clock_working_days.opened_until_s,
    from {{ ref('int_clock_working_days') }} as int_clock_working_days
    where int_clock_working_days.is_working_day
),

last_days as (
    select
        working_days.contract_id,
        working_days.clock,
        max(working_days.working_days) as working_days,
    from working_days
    group by working_days.contract_id, working_days.clock
),

pauses as (
    select * from {{ ref('int_ticket_pause_readings') }}
),

due as (
    select
        started.*,
        working_days.day_until as due_at,
        working_days.opened_until_s as due_s,
        last_days.working_days > started.started_days as is_followed,
    from started
    left join moved
        on moved.ticket_id = started.ticket_id and moved.commitment = started.commitment
    left join working_days
        on working_days.contract_id = started.contract_id
        and working_days.clock = started.clock
        and working_days.working_days
        = started.started_days + started.allowed_days + coalesce(moved.waited_days, 0)
    left join last_days
        on last_days.contract_id = started.contract_id and last_days.clock = started.clock
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
        )) as decimal(18, 6)) as waited_until_due_s,
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
    end as outcome,
from due
left join waited on waited.ticket_id = due.ticket_id and waited.commitment = due.commitment

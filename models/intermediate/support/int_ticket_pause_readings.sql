-- One row per counted commitment and stretch of waiting: what the clock showed when it began and ended, not before the start,
-- and the business time waited before it. Where the clock counts working days, those waited through from end to end (R10).
{{ config(materialized='table') }}
with readings as (
    select * from {{ ref('int_ticket_limit_readings') }}
),

pauses as (
    select * from {{ ref('int_ticket_pauses_merged') }}
),

slices as (
    select * from {{ ref('int_clock_slices') }}
),

working_days as (
    select * from {{ ref('int_clock_working_days') }}
),

-- What was waited before the start says nothing, and may lie before the calendar begins.
since_start as (
    select
        pauses.ticket_id,
        readings.commitment,
        readings.contract_id,
        readings.clock,
        readings.started_reading_s,
        readings.ended_reading_s,
        readings.allowed_s,
        readings.started_days,
        greatest(pauses.paused_from, readings.started_at) as paused_from,
        pauses.paused_until
    from pauses
    inner join readings
        on readings.ticket_id = pauses.ticket_id and readings.settled_as is null
    where pauses.paused_until > readings.started_at
),

paused as (
    select
        since_start.ticket_id,
        since_start.commitment,
        since_start.started_reading_s,
        since_start.ended_reading_s,
        since_start.allowed_s,
        since_start.started_days,
        since_start.paused_from,
        since_start.paused_until,
        cast(paused.opened_before_s + case
            when paused.is_open
                then {{ seconds_between('paused.slice_from', 'since_start.paused_from') }}
            else 0
        end as decimal(18, 6)) as from_reading_s,
        cast(resumed.opened_before_s + case
            when resumed.is_open
                then {{ seconds_between('resumed.slice_from', 'since_start.paused_until') }}
            else 0
        end as decimal(18, 6)) as until_reading_s,
        greatest(
            since_start.started_days,
            case
                when paused_days.day_from = since_start.paused_from then paused_days.working_days_before
                else paused_days.working_days
            end
        ) as days_from,
        resumed_days.working_days_before as days_until
    from since_start
    inner join slices as paused
        on paused.contract_id = since_start.contract_id
        and paused.clock = since_start.clock
        and paused.utc_day = {{ utc_day('since_start.paused_from') }}
        and paused.slice_from <= since_start.paused_from
        and paused.slice_until > since_start.paused_from
    inner join slices as resumed
        on resumed.contract_id = since_start.contract_id
        and resumed.clock = since_start.clock
        and resumed.utc_day = {{ utc_day('since_start.paused_until') }}
        and resumed.slice_from <= since_start.paused_until
        and resumed.slice_until > since_start.paused_until
    left join working_days as paused_days
        on paused_days.contract_id = since_start.contract_id
        and paused_days.clock = since_start.clock
        and paused_days.utc_day = {{ utc_day('since_start.paused_from') }}
        and paused_days.slice_from <= since_start.paused_from
        and paused_days.slice_until > since_start.paused_from
    left join working_days as resumed_days
        on resumed_days.contract_id = since_start.contract_id
        and resumed_days.clock = since_start.clock
        and resumed_days.utc_day = {{ utc_day('since_start.paused_until') }}
        and resumed_days.slice_from <= since_start.paused_until
        and resumed_days.slice_until > since_start.paused_until
)

select
    paused.*,
    cast(coalesce(sum(paused.until_reading_s - paused.from_reading_s) over (
        partition by paused.ticket_id, paused.commitment
        order by paused.paused_from
        rows between unbounded preceding and 1 preceding
    ), 0) as decimal(18, 6)) as waited_before_s
from paused
where paused.until_reading_s > paused.from_reading_s

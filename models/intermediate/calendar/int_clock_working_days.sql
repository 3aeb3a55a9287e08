-- One row per contract, clock that counts working days, and slice of a civil day within a UTC day: how many days and seconds
-- the clock had opened by the end of that civil day. Only R10 reads it.
{{ config(materialized='table') }}
with targets as (
    select distinct
        int_targets.contract_id,
        int_targets.clock
    from {{ ref('int_targets') }} as int_targets
    where int_targets.unit = 'working_day'
),

days as (
    select * from {{ ref('int_contract_days') }}
),

day_slices as (
    select * from {{ ref('int_contract_day_slices') }}
),

opened as (
    select
        windows.contract_id,
        windows.clock,
        windows.day_on,
        sum(windows.open_s) as open_s
    from {{ ref('int_clock_windows') }} as windows
    group by windows.contract_id, windows.clock, windows.day_on
),

counted as (
    select
        targets.contract_id,
        targets.clock,
        days.day_on,
        days.day_from,
        days.day_until,
        opened.open_s is not null as is_working_day,
        cast(count(opened.open_s) over (
            partition by targets.contract_id, targets.clock order by days.day_on
            rows between unbounded preceding and current row
        ) as bigint) as working_days,
        cast(coalesce(sum(opened.open_s) over (
            partition by targets.contract_id, targets.clock order by days.day_on
            rows between unbounded preceding and current row
        ), 0) as decimal(18, 6)) as opened_until_s
    from targets
    inner join days on days.contract_id = targets.contract_id
    left join opened
        on opened.contract_id = targets.contract_id
        and opened.clock = targets.clock
        and opened.day_on = days.day_on
)

select
    counted.contract_id,
    counted.clock,
    day_slices.utc_day,
    day_slices.slice_from,
    day_slices.slice_until,
    counted.day_on,
    counted.day_from,
    counted.day_until,
    counted.is_working_day,
    counted.working_days,
    counted.working_days - case when counted.is_working_day then 1 else 0 end
        as working_days_before,
    counted.opened_until_s,
    max(counted.working_days) over (partition by counted.contract_id, counted.clock) > counted.working_days
        as is_followed
from counted
inner join day_slices
    on day_slices.contract_id = counted.contract_id and day_slices.day_on = counted.day_on

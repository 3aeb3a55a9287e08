-- One row per counted commitment with a limit in working days: the days and seconds its clock had opened by the end of the day
-- on which it started, which does not count itself (R10). Nothing of one that started outside the contract's calendar.
{{ config(materialized='table') }}
with readings as (
    select * from {{ ref('int_ticket_limit_readings') }} as int_ticket_limit_readings
    where int_ticket_limit_readings.unit = 'working_day'
        and int_ticket_limit_readings.settled_as is null
),

working_days as (
    select * from {{ ref('int_clock_working_days') }}
)

select
    readings.*,
    cast(readings.value as bigint) as allowed_days,
    working_days.working_days as started_days,
    working_days.opened_until_s as started_s,
from readings
inner join working_days
    on working_days.contract_id = readings.contract_id
    and working_days.clock = readings.clock
    and working_days.utc_day = {{ utc_day('readings.started_at') }}
    and working_days.slice_from <= readings.started_at
    and working_days.slice_until > readings.started_at

-- One row per contract and civil day, with its bounds in UTC.
with stretches as (
    select * from {{ ref('int_contract_stretches') }}
),

holidays as (
    select distinct
        holidays.holiday_calendar,
        holidays.day
    from {{ source('contract', 'holidays') }} as holidays
),

days as (
    select
        stretches.contract_id,
        stretches.holiday_calendar,
        stretches.day_on,
        min(stretches.stretch_from) as day_from,
        max(stretches.stretch_until) as day_until
    from stretches
    group by stretches.contract_id, stretches.holiday_calendar, stretches.day_on
)

select
    days.contract_id,
    days.day_on,
    cast(date_trunc('month', days.day_on) as date) as month_on,
    {{ iso_weekday('days.day_on') }} as weekday,
    holidays.day is not null as is_holiday,
    days.day_from,
    -- Where the hour goes back across midnight two dates interleave: from its first instant on the later one has it.
    least(
        days.day_until,
        lead(days.day_from) over (partition by days.contract_id order by days.day_on)
    ) as day_until
from days
left join holidays
    on holidays.holiday_calendar = days.holiday_calendar
    and holidays.day = days.day_on

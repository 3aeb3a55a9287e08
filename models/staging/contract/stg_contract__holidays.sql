-- One row per public holiday of a calendar.
select
    holidays.holiday_calendar,
    holidays.name,
    holidays.day,
from {{ source('contract', 'holidays') }} as holidays

-- One row per holiday calendar.
select
    holiday_calendars.holiday_calendar,
    holiday_calendars.source,
    holiday_calendars.covers_from,
    holiday_calendars.covers_until,
from {{ source('contract', 'holiday_calendars') }} as holiday_calendars

-- One row per contract: its zone and holidays, which never change (the contract check sees to it).
with contracts as (
    select * from {{ source('contract', 'contracts') }}
),

calendars as (
    select * from {{ source('contract', 'holiday_calendars') }}
)

select
    contracts.contract_id,
    min(contracts.time_zone) as time_zone,
    min(contracts.holiday_calendar) as holiday_calendar,
    min(calendars.covers_from) as covers_from,
    max(calendars.covers_until) as covers_until
from contracts
inner join calendars on calendars.holiday_calendar = contracts.holiday_calendar
group by contracts.contract_id

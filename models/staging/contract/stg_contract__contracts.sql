-- One row per contract and stretch of validity.
select
    contracts.contract_id,
    contracts.title,
    contracts.service,
    contracts.time_zone,
    contracts.holiday_calendar,
    contracts.language,
    contracts.clause,
    contracts.valid_from,
    contracts.valid_until,
from {{ source('contract', 'contracts') }} as contracts

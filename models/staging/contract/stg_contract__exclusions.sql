-- One row per cause of interruption and stretch of validity.
select
    exclusions.contract_id,
    exclusions.cause,
    exclusions.is_excluded,
    exclusions.only_inside_clock,
    exclusions.clause,
    exclusions.valid_from,
    exclusions.valid_until,
from {{ source('contract', 'exclusions') }} as exclusions

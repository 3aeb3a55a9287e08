-- One row per channel, kind or reason of tickets to which no delay is promised, and stretch of validity.
select
    coverage.contract_id,
    coverage.channel,
    coverage.kind,
    coverage.user_status,
    coverage.reason,
    coverage.clause,
    coverage.valid_from,
    coverage.valid_until,
from {{ source('contract', 'coverage') }} as coverage

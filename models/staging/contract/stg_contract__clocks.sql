-- One row per opening window of a clock on a weekday, and stretch of validity.
select
    clocks.contract_id,
    clocks.clock,
    clocks.weekday,
    clocks.opens_s,
    clocks.closes_s,
    clocks.clause,
    clocks.valid_from,
    clocks.valid_until,
from {{ source('contract', 'clocks') }} as clocks

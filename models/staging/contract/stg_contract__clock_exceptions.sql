-- One row per window of a clock on a single date; no times means closed all day.
select
    clock_exceptions.contract_id,
    clock_exceptions.clock,
    clock_exceptions.opens_s,
    clock_exceptions.closes_s,
    clock_exceptions.clause,
    clock_exceptions.day,
    clock_exceptions.valid_from,
    clock_exceptions.valid_until,
from {{ source('contract', 'clock_exceptions') }} as clock_exceptions

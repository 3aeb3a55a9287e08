-- One row per contract, commitment, criticality and stretch of validity.
select
    targets.contract_id,
    targets.commitment,
    targets.criticality,
    targets.clock,
    targets.value,
    targets.unit,
    targets.clause,
    targets.valid_from,
    targets.valid_until
from {{ source('contract', 'targets') }} as targets

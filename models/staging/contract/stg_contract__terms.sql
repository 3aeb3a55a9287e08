-- One row per term and stretch of validity.
select
    terms.contract_id,
    terms.term,
    terms.value,
    terms.clause,
    terms.valid_from,
    terms.valid_until,
from {{ source('contract', 'terms') }} as terms

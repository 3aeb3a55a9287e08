-- One row per obligation of an article, and stretch of validity.
select
    clauses.contract_id,
    clauses.article,
    clauses.title,
    clauses.nature,
    clauses.measured_by,
    clauses.commitment,
    clauses.why,
    clauses.clause,
    clauses.valid_from,
    clauses.valid_until,
from {{ source('contract', 'clauses') }} as clauses

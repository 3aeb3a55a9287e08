-- One row per document and article it is evidence of.
select
    attestations.contract_id,
    attestations.article,
    attestations.document,
    attestations.dated_on,
    attestations.valid_until,
    attestations.file_id,
    attestations.line,
from {{ source('landing', 'attestations') }} as attestations

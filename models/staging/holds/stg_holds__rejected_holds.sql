-- One row per rejected row of holds in one reading of a file: what of its scope can be read.
select
    rejected_holds.hold_id,
    rejected_holds.client_id,
    rejected_holds.dossier_id,
    rejected_holds.rule,
    rejected_holds.{{ quoted('column') }},
    rejected_holds.value,
    rejected_holds.file_id,
    rejected_holds.line
from {{ source('landing', 'rejected_holds') }} as rejected_holds

-- One row per rejected row of dossiers in one reading of a file: what of its scope can be read.
select
    rejected_dossiers.client_id,
    rejected_dossiers.dossier_id,
    rejected_dossiers.fiscal_year_from,
    rejected_dossiers.fiscal_year_until,
    rejected_dossiers.rule,
    rejected_dossiers.{{ quoted('column') }},
    rejected_dossiers.value,
    rejected_dossiers.file_id,
    rejected_dossiers.line
from {{ source('landing', 'rejected_dossiers') }} as rejected_dossiers

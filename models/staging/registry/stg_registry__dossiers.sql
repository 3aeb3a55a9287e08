-- One row per dossier of a client, or per fiscal year of a dossier where years are given one by one.
select
    dossiers.client_id,
    dossiers.dossier_id,
    dossiers.siren,
    dossiers.fiscal_year_end,
    dossiers.fiscal_year_from,
    dossiers.fiscal_year_until,
    dossiers.file_id,
    dossiers.line,
from {{ source('landing', 'dossiers') }} as dossiers

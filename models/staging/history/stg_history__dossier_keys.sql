-- One row per dossier that movements were read of.
select
    dossier_keys.dossier_key,
    dossier_keys.client_id,
    dossier_keys.dossier_id,
from {{ source('landing', 'dossier_keys') }} as dossier_keys

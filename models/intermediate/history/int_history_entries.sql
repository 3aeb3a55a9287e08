-- One row per entry as R14 tells it: dossier, journal, number and date. Of the dossiers judged now.
with asked as (
    select fingerprints.dossier_key
    from {{ ref('int_history_fingerprints') }} as fingerprints
    where {{ is_asked('fingerprints.dossier_key') }}
)

select entries.*
from {{ ref('stg_history__entries') }} as entries
inner join asked on asked.dossier_key = entries.dossier_key

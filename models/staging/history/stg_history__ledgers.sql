-- One row per dossier: how many lines of it are stored, of which dates.
select
    ledgers.dossier_key,
    ledgers.lines,
    ledgers.revision,
    ledgers.first_on,
    ledgers.last_on
from {{ source('landing', 'ledgers') }} as ledgers
where ledgers.lines > 0

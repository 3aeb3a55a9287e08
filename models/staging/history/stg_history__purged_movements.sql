-- One row per accounting line that a certificate says was purged.
select
    purged_movements.certificate_id,
    purged_movements.client_id,
    purged_movements.dossier_id,
    purged_movements.movement_id,
    purged_movements.purged_on,
    purged_movements.file_id,
    purged_movements.line,
from {{ source('landing', 'purged_movements') }} as purged_movements

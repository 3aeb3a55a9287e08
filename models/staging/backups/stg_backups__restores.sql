-- One row per restore request or test.
select
    restores.restore_id,
    restores.environment_id,
    restores.point_id,
    restores.kind,
    restores.result,
    restores.asked_at,
    restores.done_at,
    restores.file_id,
    restores.line,
from {{ source('landing', 'restores') }} as restores

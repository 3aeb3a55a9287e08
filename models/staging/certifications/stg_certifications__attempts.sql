-- One row per attempt at an exam; an empty module is the one there is.
select
    attempts.client_id,
    attempts.attempt_id,
    attempts.user_id,
    coalesce(attempts.module, '') as module,
    attempts.score_pct,
    attempts.attempted_on,
    attempts.file_id,
    attempts.line
from {{ source('landing', 'attempts') }} as attempts

-- One row per attempt at an exam: the mark asked for, whether it was passed, and whether it came too early after a failure.
with attempts as (
    select * from {{ ref('int_exam_attempts') }}
),

files as (
    select * from {{ source('landing', 'files') }}
)

select
    attempts.contract_id,
    attempts.client_id,
    attempts.user_id,
    nullif(attempts.module, '') as module,
    attempts.attempt_id,
    attempts.score_pct,
    attempts.pass_mark_pct,
    attempts.is_passed,
    attempts.is_too_early,
    attempts.attempted_on,
    attempts.allowed_from,
    attempts.certified_until,
    attempts.clause,
    files.name as file,
    attempts.line
from attempts
left join files on files.file_id = attempts.file_id

-- One row per integrity check of a repository.
select
    integrity_checks.repository_id,
    integrity_checks.place,
    integrity_checks.tool,
    integrity_checks.result,
    integrity_checks.message,
    integrity_checks.checked_at,
    integrity_checks.file_id,
    integrity_checks.line,
from {{ source('landing', 'integrity_checks') }} as integrity_checks

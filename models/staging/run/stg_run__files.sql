-- One row per reading of an inbox file.
select
    files.file_id,
    files.source,
    files.format,
    files.name,
    files.sha256,
    files.size_bytes,
    files.rows_in,
    files.rows_accepted,
    files.rows_duplicate,
    files.rows_rejected,
    files.first_event_at,
    files.last_event_at,
    files.loaded_at,
from {{ source('landing', 'files') }} as files

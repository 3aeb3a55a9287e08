-- One row per reading of an inbox file: the evidence that every figure leads back to.
select
    files.file_id,
    files.source,
    files.format,
    files.name,
    files.sha256,
    files.size_bytes,
    files.rows_in,
    files.rows_accepted,
    files.rows_rejected,
    files.rows_duplicate,
    files.first_event_at,
    files.last_event_at,
    files.loaded_at,
from {{ ref('stg_run__files') }} as files

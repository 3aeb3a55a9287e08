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
    replacing.name as replaced_by
from {{ source('landing', 'files') }} as files
left join {{ ref('stg_run__file_versions') }} as versions on versions.file_id = files.file_id
left join {{ source('landing', 'files') }} as replacing on replacing.file_id = versions.replaced_by_file_id

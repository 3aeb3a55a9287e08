-- One row per rejected row of a file.
select
    rejects.file_id,
    rejects.source,
    rejects.format,
    rejects.file,
    rejects.line,
    rejects.rule,
    rejects."column",
    rejects.value,
    rejects.raw,
    rejects.first_seen_at,
from {{ source('landing', 'rejects') }} as rejects

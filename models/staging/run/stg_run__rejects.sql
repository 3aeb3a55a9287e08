-- One row per rejected row of a file; a version that another one replaced has none any more.
select
    rejects.file_id,
    rejects.source,
    rejects.format,
    rejects.file,
    rejects.line,
    rejects.rule,
    rejects.{{ quoted('column') }},
    rejects.value,
    rejects.raw,
    rejects.first_seen_at
from {{ source('landing', 'rejects') }} as rejects
left join {{ ref('stg_run__file_versions') }} as versions on versions.file_id = rejects.file_id
where versions.replaced_by_file_id is null

-- One row per rejected row of a file, with the rule it broke.
select
    rejects.source,
    rejects.format,
    rejects.file,
    rejects.line,
    rejects.rule,
    rejects.{{ quoted('column') }},
    rejects.value,
    rejects.raw,
    rejects.first_seen_at
from {{ ref('stg_run__rejects') }} as rejects

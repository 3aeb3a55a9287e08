-- One row per source, format and rule: rows of the inbox that were rejected.
select
    rejects.source,
    rejects.format,
    rejects.rule,
    count(*) as rows_rejected,
    count(distinct rejects.file) as files,
    min(rejects.file) as first_file,
    min(rejects.first_seen_at) as first_seen_at
from {{ ref('stg_run__rejects') }} as rejects
group by rejects.source, rejects.format, rejects.rule

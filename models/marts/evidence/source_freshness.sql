-- One row per source and format of the inbox: what came, what became of it, and how old it is.
with files as (
    select * from {{ source('landing', 'files') }}
)

select
    files.source,
    files.format,
    count(distinct files.name) as files,
    cast(sum(files.rows_in) as bigint) as rows_in,
    cast(sum(files.rows_accepted) as bigint) as rows_accepted,
    cast(sum(files.rows_rejected) as bigint) as rows_rejected,
    cast(sum(files.rows_duplicate) as bigint) as rows_duplicate,
    min(files.first_event_at) as first_event_at,
    max(files.last_event_at) as last_event_at,
    max(files.loaded_at) as last_loaded_at
from files
group by files.source, files.format

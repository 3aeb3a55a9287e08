-- One row per rejected line of the latest version of its file.
with unreadable as (
    select * from {{ source('landing', 'unreadable_movements') }}
),

-- A version of which nothing could be read takes no other one's place.
latest as (
    select
        files.name,
        max(files.file_id) as file_id
    from {{ source('landing', 'files') }} as files
    where files.source = 'history' and files.rows_accepted + files.rows_duplicate > 0
    group by files.name
),

files as (
    select
        files.file_id,
        latest.file_id as latest_file_id
    from {{ source('landing', 'files') }} as files
    left join latest on latest.name = files.name
)

-- The same bytes under two names are one version.
select distinct
    unreadable.file_ref,
    unreadable.line,
    unreadable.client_id,
    unreadable.dossier_id,
    keys.dossier_key,
    unreadable.journal_code,
    unreadable.entry_number,
    unreadable.lettering_id,
    unreadable.is_lettering_unknown,
    unreadable.rule,
    unreadable.size_bytes,
    unreadable.entry_on
from unreadable
inner join files
    on files.file_id = unreadable.file_id
    and files.file_id >= coalesce(files.latest_file_id, files.file_id)
left join {{ source('landing', 'dossier_keys') }} as keys
    on keys.client_id = unreadable.client_id and keys.dossier_id = unreadable.dossier_id

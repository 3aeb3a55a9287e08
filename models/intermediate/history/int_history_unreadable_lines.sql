-- One row per rejected line of the latest version of its file.
with unreadable as (
    select * from {{ ref('stg_history__unreadable_movements') }}
),

files as (
    select
        files.file_id,
        row_number() over (partition by files.name order by files.file_id desc) as age,
    from {{ ref('stg_run__files') }} as files
    where files.source = 'history'
)

select
    unreadable.file_ref,
    unreadable.line,
    unreadable.client_id,
    unreadable.dossier_id,
    keys.dossier_key,
    unreadable.journal_code,
    unreadable.entry_number,
    unreadable.rule,
    unreadable.size_bytes,
    unreadable.entry_on,
from unreadable
inner join files on files.file_id = unreadable.file_id and files.age = 1
left join {{ ref('stg_history__dossier_keys') }} as keys
    on keys.client_id = unreadable.client_id and keys.dossier_id = unreadable.dossier_id

-- One row per rejected line of the latest version of its file: the dossier and, where one matches, the entry it belongs to.
-- A line whose date is unreadable belongs to the first entry of its journal and number, and blocks all of them.
with unreadable as (
    select * from {{ ref('stg_history__unreadable_movements') }}
),

files as (
    select
        files.file_id,
        row_number() over (partition by files.name order by files.file_id desc) as age,
    from {{ ref('stg_run__files') }} as files
    where files.source = 'history'
),

keys as (
    select * from {{ ref('stg_history__dossier_keys') }}
),

latest as (
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
    left join keys
        on keys.client_id = unreadable.client_id and keys.dossier_id = unreadable.dossier_id
),

matches as (
    select
        latest.file_ref,
        latest.line,
        min(entries.entry_id) as entry_id,
    from latest
    inner join {{ ref('int_history_entries') }} as entries
        on entries.dossier_key = latest.dossier_key
        and entries.journal_code = latest.journal_code
        and entries.entry_number = latest.entry_number
        and entries.entry_on = coalesce(latest.entry_on, entries.entry_on)
    group by latest.file_ref, latest.line
)

select
    latest.file_ref,
    latest.line,
    latest.client_id,
    latest.dossier_id,
    latest.dossier_key,
    matches.entry_id,
    latest.journal_code,
    latest.entry_number,
    latest.rule,
    latest.size_bytes,
    latest.entry_on,
from latest
left join matches on matches.file_ref = latest.file_ref and matches.line = latest.line

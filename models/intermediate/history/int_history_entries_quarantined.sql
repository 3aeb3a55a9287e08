-- One row per entry of which a line could not be read, with what its rejected lines add.
with unreadable as (
    select * from {{ ref('int_history_unreadable_lines') }}
),

entries as (
    select * from {{ ref('int_history_entries') }}
),

touched as (
    select distinct
        entries.dossier_key,
        entries.entry_id,
        unreadable.rule,
    from unreadable
    inner join entries
        on entries.dossier_key = unreadable.dossier_key
        and entries.journal_code = unreadable.journal_code
        and entries.entry_number = unreadable.entry_number
        and entries.entry_on = coalesce(unreadable.entry_on, entries.entry_on)
),

added as (
    select
        unreadable.dossier_key,
        unreadable.entry_id,
        count(*) as lines,
        sum(unreadable.size_bytes) as size_bytes,
    from unreadable
    where unreadable.entry_id is not null
    group by unreadable.dossier_key, unreadable.entry_id
)

select
    touched.dossier_key,
    touched.entry_id,
    {{ text_list('touched.rule') }} as rules,
    cast(coalesce(max(added.lines), 0) as integer) as unreadable_lines,
    cast(coalesce(max(added.size_bytes), 0) as bigint) as unreadable_bytes,
from touched
left join added
    on added.dossier_key = touched.dossier_key and added.entry_id = touched.entry_id
group by touched.dossier_key, touched.entry_id

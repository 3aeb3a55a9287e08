-- One row per entry of which no line could be read.
with unreadable as (
    select * from {{ ref('int_history_unreadable_lines') }}
),

met as (
    select distinct
        unreadable.dossier_key,
        unreadable.file_ref,
        unreadable.line
    from unreadable
    inner join {{ ref('stg_history__entries') }} as entries
        on entries.dossier_key = unreadable.dossier_key
        and entries.journal_code = unreadable.journal_code
        and entries.entry_number = unreadable.entry_number
        and entries.entry_on = coalesce(unreadable.entry_on, entries.entry_on)
)

select
    unreadable.client_id,
    unreadable.dossier_id,
    unreadable.journal_code,
    unreadable.entry_number,
    {{ text_list('unreadable.rule') }} as rules,
    cast(count(*) as integer) as lines,
    cast(sum(unreadable.size_bytes) as bigint) as size_bytes,
    unreadable.entry_on
from unreadable
left join met
    on met.dossier_key = unreadable.dossier_key
    and met.file_ref = unreadable.file_ref
    and met.line = unreadable.line
where met.file_ref is null
group by
    unreadable.client_id,
    unreadable.dossier_id,
    unreadable.journal_code,
    unreadable.entry_number,
    unreadable.entry_on

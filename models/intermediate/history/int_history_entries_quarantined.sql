-- One row per entry of which a line could not be read, with what its rejected lines add.
-- A line whose date is unreadable spoils every entry of its journal and number, and counts with the first of them.
with matches as (
    select
        entries.dossier_key,
        entries.entry_id,
        unreadable.rule,
        unreadable.size_bytes,
        row_number() over (
            partition by unreadable.dossier_key, unreadable.file_ref, unreadable.line
            order by entries.entry_id
        ) as place
    from {{ ref('int_history_unreadable_lines') }} as unreadable
    inner join {{ ref('int_history_entries') }} as entries
        on entries.dossier_key = unreadable.dossier_key
        and entries.journal_code = unreadable.journal_code
        and entries.entry_number = unreadable.entry_number
        and entries.entry_on = coalesce(unreadable.entry_on, entries.entry_on)
)

select
    matches.dossier_key,
    matches.entry_id,
    {{ text_list('matches.rule') }} as rules,
    cast(count(case when matches.place = 1 then 1 end) as integer) as unreadable_lines,
    cast(coalesce(sum(case when matches.place = 1 then matches.size_bytes end), 0) as bigint)
        as unreadable_bytes
from matches
group by matches.dossier_key, matches.entry_id

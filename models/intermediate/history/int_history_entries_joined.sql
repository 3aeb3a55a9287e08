-- One row per entry of a journal whose entries are told by another key than the law's: the whole it is part of (R14).
with entries as (
    select * from {{ ref('int_history_entries_doubtful') }}
),

entry_keys as (
    select * from {{ ref('int_history_entry_keys') }}
)

select
    entries.dossier_key,
    entries.entry_id,
    entry_keys.entry_key,
    min(entries.entry_id) over (
        partition by
            entries.dossier_key,
            entries.journal_code,
            case when entry_keys.entry_key = 'journal_number' then entries.entry_number end,
            case when entry_keys.entry_key <> 'journal_number' then entries.entry_on end,
            case when entry_keys.entry_key = 'journal_date_piece' then entries.piece end
    ) as whole_id
from entries
inner join entry_keys
    on entry_keys.dossier_key = entries.dossier_key
    and entry_keys.journal_code = entries.journal_code
where entry_keys.entry_key <> 'journal_number_date'

-- One row per entry as R14 tells it (dossier, journal, number and date), summed up from its lines when they were read.
select
    entries.dossier_key,
    entries.entry_id,
    entries.journal_code,
    entries.entry_number,
    entries.lines,
    entries.unvalidated_lines,
    entries.lettered_lines,
    coalesce(entries.debit, entries.wide_debit) as debit,
    coalesce(entries.credit, entries.wide_credit) as credit,
    entries.size_bytes,
    entries.entry_on
from {{ source('landing', 'entries') }} as entries

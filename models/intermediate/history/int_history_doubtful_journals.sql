-- One row per dossier and journal in which some entries do not balance.
with entries as (
    select * from {{ ref('int_history_entries') }}
)

select distinct
    entries.dossier_key,
    entries.journal_code,
from entries
where entries.debit <> entries.credit

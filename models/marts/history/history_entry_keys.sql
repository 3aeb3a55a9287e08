-- One row per dossier and journal: what tells its entries apart, and what the law's key would have left unbalanced.
with journals as (
    select * from {{ ref('int_history_journals') }}
),

keys as (
    select * from {{ source('landing', 'dossier_keys') }}
)

select
    keys.client_id,
    keys.dossier_id,
    journals.journal_code,
    journals.entry_key,
    journals.entries,
    journals.unbalanced,
    journals.law_entries,
    journals.law_unbalanced
from journals
inner join keys on keys.dossier_key = journals.dossier_key

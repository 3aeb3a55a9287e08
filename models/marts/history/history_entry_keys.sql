-- One row per dossier and journal: what tells its entries apart, and what the law's key would have left unbalanced.
with entry_keys as (
    select * from {{ ref('int_history_entry_keys') }}
),

keys as (
    select * from {{ ref('stg_history__dossier_keys') }}
)

select
    keys.client_id,
    keys.dossier_id,
    entry_keys.journal_code,
    entry_keys.entry_key,
    entry_keys.entries,
    entry_keys.unbalanced,
    entry_keys.law_entries,
    entry_keys.law_unbalanced,
from entry_keys
inner join keys on keys.dossier_key = entry_keys.dossier_key

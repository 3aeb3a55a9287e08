-- One row per dossier that has entries, read or not: a fingerprint of all that is published of them one by one. While it
-- stays, so do their rows.
{{ config(materialized='view') }}
with unread as (
    select
        entries.client_id,
        entries.dossier_id,
        {{ combined_hash(row_hash(
            'entries.journal_code', 'entries.entry_number', 'entries.rules', 'entries.lines', 'entries.size_bytes',
            'entries.entry_on'
        )) }} as entries
    from {{ ref('int_history_entries_unread') }} as entries
    group by entries.client_id, entries.dossier_id
),

dossiers as (
    select
        cut_offs.client_id,
        cut_offs.dossier_id,
        {{ row_hash(
            'fingerprints.fingerprint', 'cut_offs.contract_id', 'cut_offs.tax_years', 'cut_offs.calendar_cut_off',
            'cut_offs.fiscal_cut_off', 'cut_offs.cut_off', 'cut_offs.has_no_terms'
        ) }} as terms
    from {{ ref('int_history_cut_offs') }} as cut_offs
    inner join {{ ref('int_history_fingerprints') }} as fingerprints
        on fingerprints.dossier_key = cut_offs.dossier_key
)

select
    coalesce(dossiers.client_id, unread.client_id) as client_id,
    coalesce(dossiers.dossier_id, unread.dossier_id) as dossier_id,
    {{ row_hash('dossiers.terms', 'unread.entries') }} as fingerprint
from dossiers
full join unread on unread.client_id = dossiers.client_id and unread.dossier_id = dossiers.dossier_id

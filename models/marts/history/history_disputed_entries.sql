-- One row per entry that one count of the kept years keeps and the other lets go (R13): calendar years or fiscal years.
-- A view: what readers open is written once, when it is published.
{{ config(materialized='view') }}
with verdicts as (
    select * from {{ ref('int_history_entry_verdicts') }}
    where is_disputed
),

cut_offs as (
    select * from {{ ref('int_history_cut_offs') }}
)

select
    cut_offs.contract_id,
    cut_offs.client_id,
    cut_offs.dossier_id,
    verdicts.journal_code,
    verdicts.entry_number,
    verdicts.entry_on,
    verdicts.fiscal_year_end,
    cut_offs.calendar_cut_off,
    cut_offs.fiscal_cut_off,
    cut_offs.cut_off,
    verdicts.is_kept_by_calendar,
    verdicts.is_kept_by_fiscal,
    cast(verdicts.verdict as string) as verdict,
    verdicts.lines,
    verdicts.debit,
    verdicts.credit,
    verdicts.size_bytes as bytes,
    verdicts.entry_id
from verdicts
inner join cut_offs on cut_offs.dossier_key = verdicts.dossier_key

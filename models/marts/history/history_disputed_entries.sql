-- One row per entry that one count of the kept years keeps and the other lets go (R13): calendar years or fiscal years.
with verdicts as (
    select * from {{ ref('int_history_entry_verdicts') }}
)

select
    verdicts.contract_id,
    verdicts.client_id,
    verdicts.dossier_id,
    verdicts.journal_code,
    verdicts.entry_number,
    verdicts.entry_on,
    verdicts.fiscal_year_end,
    verdicts.calendar_cut_off,
    verdicts.fiscal_cut_off,
    verdicts.cut_off,
    verdicts.last_on >= verdicts.calendar_cut_off as is_kept_by_calendar,
    verdicts.last_on >= verdicts.fiscal_cut_off as is_kept_by_fiscal,
    verdicts.verdict,
    verdicts.lines,
    verdicts.debit,
    verdicts.credit,
    verdicts.size_bytes as bytes,
    verdicts.entry_id,
from verdicts
where verdicts.is_disputed

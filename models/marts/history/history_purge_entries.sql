-- One row per entry out of the period: what would become of it, and why (art. 4).
with verdicts as (
    select * from {{ ref('int_history_entry_verdicts') }}
),

dossiers as (
    select * from {{ ref('int_history_cut_offs') }}
)

select
    verdicts.contract_id,
    verdicts.client_id,
    verdicts.dossier_id,
    verdicts.journal_code,
    verdicts.entry_number,
    verdicts.entry_on,
    verdicts.fiscal_year_end,
    verdicts.verdict,
    concat_ws(
        '; ', verdicts.own_reasons,
        case
            when verdicts.is_tax_held
                then concat(
                    'tax_', cast(dossiers.tax_years as string), 'y until ',
                    cast(verdicts.tax_held_until as string)
                )
        end,
        case when verdicts.has_no_terms then 'no_terms' end,
        case when verdicts.is_unvalidated then 'not_validated' end,
        case when verdicts.has_open_item then 'open_item' end,
        case when verdicts.reaches_period then 'lettering_reaches_period' end,
        case when verdicts.is_unbalanced then 'unbalanced' end
    ) as reasons,
    verdicts.lines,
    verdicts.debit,
    verdicts.credit,
    verdicts.size_bytes as bytes,
    verdicts.is_disputed,
    verdicts.free_on,
    verdicts.entry_id,
    verdicts.whole_id,
from verdicts
left join dossiers on dossiers.dossier_key = verdicts.dossier_key
where verdicts.verdict <> 'keep'
    and (verdicts.verdict <> 'quarantine'
        or coalesce(verdicts.last_on < verdicts.cut_off, true))

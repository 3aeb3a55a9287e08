-- One row per dossier, fiscal year, journal and verdict: what may be purged, what is held or kept, and why (art. 4).
with verdicts as (
    select * from {{ ref('int_history_entry_verdicts') }}
),

dossiers as (
    select * from {{ ref('int_history_cut_offs') }}
),

own_reasons as (
    select
        verdicts.client_id,
        verdicts.dossier_id,
        verdicts.fiscal_year_end,
        verdicts.journal_code,
        verdicts.verdict,
        {{ text_list('coalesce(active_holds.reason, verdicts.own_reasons)') }} as reasons,
    from verdicts
    left join {{ ref('int_history_active_holds') }} as active_holds
        on active_holds.dossier_key = verdicts.dossier_key
        and active_holds.whole_id = verdicts.whole_id
        and verdicts.verdict = 'hold'
    where verdicts.own_reasons is not null
    group by
        verdicts.client_id, verdicts.dossier_id, verdicts.fiscal_year_end,
        verdicts.journal_code, verdicts.verdict
),

counted as (
    select
        verdicts.client_id,
        verdicts.dossier_id,
        verdicts.fiscal_year_end,
        verdicts.journal_code,
        verdicts.verdict,
        min(verdicts.contract_id) as contract_id,
        max(verdicts.cut_off) as cut_off,
        max(verdicts.calendar_cut_off) as calendar_cut_off,
        max(verdicts.fiscal_cut_off) as fiscal_cut_off,
        min(dossiers.tax_years) as tax_years,
        max(case when verdicts.is_tax_held then verdicts.tax_held_until end) as tax_held_until,
        max(case when verdicts.has_no_terms then 'no_terms' end) as no_terms,
        max(case when verdicts.is_unvalidated then 'not_validated' end) as not_validated,
        max(case when verdicts.has_open_item then 'open_item' end) as open_item,
        max(case when verdicts.reaches_period then 'lettering_reaches_period' end) as reaches_period,
        max(case when verdicts.is_unbalanced then 'unbalanced' end) as unbalanced,
        cast(count(*) as bigint) as entries,
        cast(count(case when verdicts.is_disputed then 1 end) as bigint) as disputed_entries,
        cast(sum(verdicts.lines) as bigint) as lines,
        cast(sum(case when verdicts.is_disputed then verdicts.lines else 0 end) as bigint)
            as disputed_lines,
        cast(sum(verdicts.debit) as decimal(18, 2)) as debit,
        cast(sum(verdicts.credit) as decimal(18, 2)) as credit,
        cast(sum(verdicts.size_bytes) as bigint) as bytes,
        min(verdicts.free_on) as first_free_on,
        case when count(verdicts.free_on) = count(*) then max(verdicts.free_on) end as free_on,
    from verdicts
    left join dossiers on dossiers.dossier_key = verdicts.dossier_key
    group by
        verdicts.client_id, verdicts.dossier_id, verdicts.fiscal_year_end,
        verdicts.journal_code, verdicts.verdict
)

select
    counted.contract_id,
    counted.client_id,
    counted.dossier_id,
    counted.fiscal_year_end,
    counted.journal_code,
    counted.verdict,
    concat_ws(
        '; ', own_reasons.reasons,
        case
            when counted.tax_held_until is not null
                then concat(
                    'tax_', cast(counted.tax_years as string), 'y until ',
                    cast(counted.tax_held_until as string)
                )
        end,
        counted.no_terms, counted.not_validated, counted.open_item, counted.reaches_period,
        counted.unbalanced
    ) as reasons,
    counted.cut_off,
    counted.calendar_cut_off,
    counted.fiscal_cut_off,
    counted.entries,
    counted.lines,
    counted.debit,
    counted.credit,
    counted.bytes,
    counted.disputed_entries,
    counted.disputed_lines,
    counted.first_free_on,
    counted.free_on,
from counted
left join own_reasons
    on own_reasons.client_id = counted.client_id
    and own_reasons.dossier_id = counted.dossier_id
    and coalesce(own_reasons.fiscal_year_end, date '0001-01-01')
    = coalesce(counted.fiscal_year_end, date '0001-01-01')
    and own_reasons.journal_code = counted.journal_code
    and own_reasons.verdict = counted.verdict

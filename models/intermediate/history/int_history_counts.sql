-- One row per dossier, fiscal year, journal, verdict, own reasons and day of freeing: entries and lines counted.
with counted as (
    select
        verdicts.dossier_key,
        verdicts.fiscal_year_end,
        verdicts.journal_code,
        cast(verdicts.verdict as string) as verdict,
        verdicts.own_reasons,
        verdicts.free_on,
        max(case when verdicts.is_tax_held then verdicts.tax_held_until end) as tax_held_until,
        bool_or(verdicts.is_unvalidated) as is_unvalidated,
        bool_or(verdicts.has_open_item) as has_open_item,
        bool_or(verdicts.reaches_period) as reaches_period,
        bool_or(verdicts.is_unbalanced) as is_unbalanced,
        cast(count(*) as bigint) as entries,
        cast(count(case when verdicts.is_disputed then 1 end) as bigint) as disputed_entries,
        cast(count(case when verdicts.debit <> verdicts.credit then 1 end) as bigint) as unbalanced_entries,
        cast(sum(verdicts.lines) as bigint) as lines,
        cast(sum(case when verdicts.is_disputed then verdicts.lines else 0 end) as bigint)
            as disputed_lines,
        cast(sum(verdicts.debit) as decimal(24, 2)) as debit,
        cast(sum(verdicts.credit) as decimal(24, 2)) as credit,
        cast(sum(verdicts.size_bytes) as bigint) as size_bytes
    from {{ ref('int_history_entry_verdicts') }} as verdicts
    group by
        verdicts.dossier_key,
        verdicts.fiscal_year_end,
        verdicts.journal_code,
        verdicts.verdict,
        verdicts.own_reasons,
        verdicts.free_on
)

select
    counted.*,
    fingerprints.fingerprint
from counted
inner join {{ ref('int_history_fingerprints') }} as fingerprints
    on fingerprints.dossier_key = counted.dossier_key

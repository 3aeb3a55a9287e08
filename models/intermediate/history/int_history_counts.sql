-- One row per dossier, fiscal year, journal, verdict, own reasons and day of freeing: entries and lines counted.
with asked as (
    select fingerprints.dossier_key
    from {{ ref('int_history_fingerprints') }} as fingerprints
    where {{ is_asked('fingerprints.dossier_key') }}
),

verdicts as (
    select verdicts.*
    from {{ ref('int_history_entry_verdicts') }} as verdicts
    inner join asked on asked.dossier_key = verdicts.dossier_key
)

select
    verdicts.dossier_key,
    verdicts.fingerprint,
    verdicts.fiscal_year_end,
    verdicts.journal_code,
    cast(verdicts.verdict as string) as verdict,
    verdicts.own_reasons,
    verdicts.free_on,
    max(case when verdicts.is_tax_held then verdicts.tax_held_until end) as tax_held_until,
    max(case when verdicts.is_unvalidated then 1 else 0 end) = 1 as is_unvalidated,
    max(case when verdicts.has_open_item then 1 else 0 end) = 1 as has_open_item,
    max(case when verdicts.reaches_period then 1 else 0 end) = 1 as reaches_period,
    max(case when verdicts.is_unbalanced then 1 else 0 end) = 1 as is_unbalanced,
    cast(count(*) as bigint) as entries,
    cast(count(case when verdicts.is_disputed then 1 end) as bigint) as disputed_entries,
    cast(sum(verdicts.lines) as bigint) as lines,
    cast(sum(case when verdicts.is_disputed then verdicts.lines else 0 end) as bigint)
        as disputed_lines,
    cast(sum(verdicts.debit) as decimal(18, 2)) as debit,
    cast(sum(verdicts.credit) as decimal(18, 2)) as credit,
    cast(sum(verdicts.size_bytes) as bigint) as size_bytes,
from verdicts
group by
    verdicts.dossier_key,
    verdicts.fingerprint,
    verdicts.fiscal_year_end,
    verdicts.journal_code,
    verdicts.verdict,
    verdicts.own_reasons,
    verdicts.free_on

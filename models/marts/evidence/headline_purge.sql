-- One row per year in which fiscal years ended and verdict: accounting lines of all dossiers.
select
    cast(year(candidates.fiscal_year_end) as integer) as fiscal_year,
    candidates.verdict,
    count(
        distinct concat(length(candidates.client_id), ':', candidates.client_id, candidates.dossier_id)
    ) as dossiers,
    cast(sum(candidates.entries) as bigint) as entries,
    cast(sum(candidates.lines) as bigint) as lines,
    cast(sum(candidates.debit) as decimal(24, 2)) as debit,
    cast(sum(candidates.credit) as decimal(24, 2)) as credit,
    cast(sum(candidates.bytes) as bigint) as bytes
from {{ ref('history_purge_candidates') }} as candidates
group by year(candidates.fiscal_year_end), candidates.verdict

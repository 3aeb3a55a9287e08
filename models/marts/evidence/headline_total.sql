-- One row: the run, and what concerns the whole warehouse: purge candidates, rejects, age of the sources.
with candidates as (
    select
        purge_candidates.*,
        concat(
            length(purge_candidates.client_id), ':',
            purge_candidates.client_id, purge_candidates.dossier_id
        ) as dossier_key
    from {{ ref('history_purge_candidates') }} as purge_candidates
),

purge as (
    select
        cast(sum(case when candidates.verdict = 'purge' then candidates.lines end) as bigint)
            as purge_lines,
        cast(sum(case when candidates.verdict = 'purge' then candidates.entries end) as bigint)
            as purge_entries,
        cast(sum(case when candidates.verdict = 'purge' then candidates.bytes end) as bigint)
            as purge_bytes,
        cast(
            sum(case when candidates.verdict = 'purge' then candidates.debit end)
            as decimal(24, 2)
        ) as purge_debit,
        cast(sum(candidates.lines) as bigint) as history_lines,
        count(
            distinct case when candidates.verdict = 'purge' then candidates.dossier_key end
        ) as purge_dossiers
    from candidates
),

loads as (
    select
        count(*) as sources,
        cast(sum(freshness.files) as bigint) as files,
        cast(sum(freshness.rows_accepted) as bigint) as rows_accepted,
        cast(sum(freshness.rows_duplicate) as bigint) as rows_duplicate,
        cast(sum(freshness.rows_rejected) as bigint) as rows_rejected,
        max(freshness.last_event_at) as last_event_at
    from {{ ref('source_freshness') }} as freshness
)

select
    run.as_of,
    run.run_id,
    loads.sources,
    coalesce(loads.files, 0) as files,
    coalesce(loads.rows_accepted, 0) as rows_accepted,
    coalesce(loads.rows_duplicate, 0) as rows_duplicate,
    coalesce(loads.rows_rejected, 0) as rows_rejected,
    loads.last_event_at,
    coalesce(purge.purge_dossiers, 0) as purge_dossiers,
    coalesce(purge.purge_entries, 0) as purge_entries,
    coalesce(purge.purge_lines, 0) as purge_lines,
    coalesce(purge.purge_bytes, 0) as purge_bytes,
    coalesce(purge.purge_debit, 0) as purge_debit,
    coalesce(purge.history_lines, 0) as history_lines
from {{ source('landing', 'run') }} as run
cross join purge
cross join loads

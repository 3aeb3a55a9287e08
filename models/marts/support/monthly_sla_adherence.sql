-- One row per contract, client, month of registration, commitment and criticality.
-- Adherence is met / (met + breached): what still runs has no verdict yet and weighs on neither side. Percentiles are of the
-- business time used by what is decided, interpolated between neighbours; a breach not yet done counts with what it used so far.
with commitments as (
    select * from {{ ref('ticket_commitments') }}
),

counted as (
    select
        commitments.contract_id,
        commitments.client_id,
        commitments.month,
        commitments.commitment,
        commitments.criticality,
        count(*) as tickets,
        count(case when commitments.outcome = 'met' then 1 end) as met,
        count(case when commitments.outcome = 'breached' then 1 end) as breached,
        count(case when commitments.outcome = 'running' then 1 end) as running,
        count(case when commitments.outcome = 'not_covered' then 1 end) as not_covered,
        count(case when commitments.outcome = 'unclassified' then 1 end) as unclassified,
        count(case when commitments.outcome = 'awaiting_qualification' then 1 end)
            as awaiting_qualification,
        count(case when commitments.outcome = 'no_commitment' then 1 end) as no_commitment,
        {{ percentiles(
            "case when commitments.outcome in ('met', 'breached') then commitments.elapsed_s end",
            [0.5, 0.9]
        ) }} as elapsed
    from commitments
    group by
        commitments.contract_id,
        commitments.client_id,
        commitments.month,
        commitments.commitment,
        commitments.criticality
)

select
    counted.contract_id,
    counted.client_id,
    counted.month,
    counted.commitment,
    counted.criticality,
    counted.tickets,
    counted.met,
    counted.breached,
    counted.running,
    counted.not_covered,
    counted.unclassified,
    counted.awaiting_qualification,
    counted.no_commitment,
    cast(counted.met as double) * 100 / nullif(cast(counted.met + counted.breached as double), 0)
        as adherence_pct,
    {{ percentile_at('counted.elapsed', 1) }} as elapsed_p50_s,
    {{ percentile_at('counted.elapsed', 2) }} as elapsed_p90_s
from counted

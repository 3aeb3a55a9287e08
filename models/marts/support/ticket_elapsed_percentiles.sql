-- One row per contract, commitment, way of grouping (all, criticality, client, month) and value of it: how the business time
-- used by decided commitments is spread. Percentiles are interpolated between neighbours.
with decided as (
    select
        commitments.contract_id,
        commitments.commitment,
        commitments.client_id,
        commitments.criticality,
        commitments.month,
        cast(commitments.elapsed_s as double) as elapsed_s,
        commitments.outcome = 'met' as is_met
    from {{ ref('ticket_commitments') }} as commitments
    where commitments.outcome in ('met', 'breached')
),

grouped as (
    select
        decided.*,
        'all' as grouped_by,
        'all' as group_value
    from decided
    union all
    select
        decided.*,
        'criticality' as grouped_by,
        decided.criticality as group_value
    from decided
    union all
    select
        decided.*,
        'client' as grouped_by,
        decided.client_id as group_value
    from decided
    union all
    select
        decided.*,
        'month' as grouped_by,
        cast(decided.month as string) as group_value
    from decided
),

counted as (
    select
        grouped.contract_id,
        grouped.commitment,
        grouped.grouped_by,
        grouped.group_value,
        count(*) as decided,
        count(case when grouped.is_met then 1 end) as met,
        {{ percentiles('grouped.elapsed_s', [0.5, 0.75, 0.9, 0.95]) }} as elapsed,
        max(grouped.elapsed_s) as elapsed_max_s
    from grouped
    group by grouped.contract_id, grouped.commitment, grouped.grouped_by, grouped.group_value
)

select
    counted.contract_id,
    counted.commitment,
    counted.grouped_by,
    counted.group_value,
    counted.decided,
    counted.met,
    cast(counted.met as double) * 100 / cast(counted.decided as double) as adherence_pct,
    {{ percentile_at('counted.elapsed', 1) }} as elapsed_p50_s,
    {{ percentile_at('counted.elapsed', 2) }} as elapsed_p75_s,
    {{ percentile_at('counted.elapsed', 3) }} as elapsed_p90_s,
    {{ percentile_at('counted.elapsed', 4) }} as elapsed_p95_s,
    cast(counted.elapsed_max_s as decimal(18, 6)) as elapsed_max_s
from counted

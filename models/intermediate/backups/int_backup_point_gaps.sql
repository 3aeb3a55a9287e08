-- One row per environment, content and stretch between consecutive good points, at any place, that
-- ends among its due nights; as_of, or the day it closed, is the last end.
{{ config(materialized='view') }}

with copies as (
    select * from {{ ref('int_backup_copies') }} as known
    where known.is_good
),

days as (
    select * from {{ ref('int_contract_days') }}
),

spans as (
    select
        nights.contract_id,
        nights.environment_id,
        nights.content,
        min(nights.night_from) as span_from,
    from {{ ref('int_backup_due_nights') }} as nights
    group by nights.contract_id, nights.environment_id, nights.content
),

ends as (
    select
        spans.environment_id,
        spans.content,
        spans.span_from,
        least(run.as_of, coalesce(days.day_from, run.as_of)) as span_until,
    from spans
    cross join {{ ref('stg_run') }} as run
    inner join {{ ref('stg_registry__environments') }} as environments
        on environments.environment_id = spans.environment_id
    left join days
        on days.contract_id = spans.contract_id
        and days.day_on = environments.closed_on
),

spanned as (
    select
        ends.*,
        holdings.holding_key,
    from ends
    inner join {{ ref('int_backup_holdings') }} as holdings
        on holdings.environment_id = ends.environment_id
        and holdings.content = ends.content
),

-- By holding first: of what lies before the span one start is enough, and keys are short.
by_holding as (
    select
        copies.holding_key,
        max(copies.started_at) as started_at,
    from copies
    inner join spanned
        on spanned.holding_key = copies.holding_key
        and copies.started_at < spanned.span_until
    group by
        copies.holding_key,
        case when copies.started_at >= spanned.span_from then copies.started_at end
),

starts as (
    select
        spanned.environment_id,
        spanned.content,
        spanned.span_until,
        max(by_holding.started_at) as started_at,
    from by_holding
    inner join spanned on spanned.holding_key = by_holding.holding_key
    group by
        spanned.environment_id,
        spanned.content,
        spanned.span_until,
        case when by_holding.started_at >= spanned.span_from then by_holding.started_at end
),

gaps as (
    select
        starts.environment_id,
        starts.content,
        starts.started_at as gap_from,
        coalesce(lead(starts.started_at) over (
            partition by starts.environment_id, starts.content order by starts.started_at
        ), starts.span_until) as gap_until,
    from starts
)

select
    gaps.environment_id,
    gaps.content,
    gaps.gap_from,
    gaps.gap_until,
    cast({{ seconds_between('gaps.gap_from', 'gaps.gap_until') }} as double) / 3600 as gap_h,
from gaps

-- One row per environment and content: the longest stretch between consecutive good points, at any
-- place, that ends among its due nights; as_of, or the day it closed, is the last end.
{{ config(materialized='view') }}

with days as (
    select * from {{ ref('int_contract_days') }}
),

spans as (
    select
        nights.contract_id,
        nights.environment_id,
        nights.content,
        min(nights.night_from) as span_from
    from {{ ref('int_backup_nights') }} as nights
    where nights.is_due
    group by nights.contract_id, nights.environment_id, nights.content
),

ends as (
    select
        spans.environment_id,
        spans.content,
        spans.span_from,
        least(run.as_of, coalesce(days.day_from, run.as_of)) as span_until
    from spans
    cross join {{ source('landing', 'run') }} as run
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
        holdings.content_key
    from ends
    inner join {{ ref('int_backup_holdings') }} as holdings
        on holdings.environment_id = ends.environment_id
        and holdings.content = ends.content
),

-- Of what lies before the span one start is enough.
before as (
    select
        copies.holding_key,
        max(copies.started_at) as started_at
    from {{ ref('int_backup_copies') }} as copies
    inner join spanned
        on spanned.holding_key = copies.holding_key
        and copies.started_at < spanned.span_from
        and copies.started_at < spanned.span_until
    where copies.is_good
    group by copies.holding_key
),

starts as (
    select
        spanned.content_key,
        spanned.span_until,
        copies.started_at
    from {{ ref('int_backup_copies') }} as copies
    inner join spanned
        on spanned.holding_key = copies.holding_key
        and copies.started_at >= spanned.span_from
        and copies.started_at < spanned.span_until
    where copies.is_good and copies.started_at >= (select min(spans.span_from) from spans)

    union

    select
        spanned.content_key,
        spanned.span_until,
        max(before.started_at) as started_at
    from before
    inner join spanned on spanned.holding_key = before.holding_key
    group by spanned.content_key, spanned.span_until
),

gaps as (
    select
        starts.content_key,
        starts.started_at as gap_from,
        coalesce(lead(starts.started_at) over (
            partition by starts.content_key order by starts.started_at
        ), starts.span_until) as gap_until
    from starts
)

select
    gaps.content_key,
    cast(max({{ seconds_between('gaps.gap_from', 'gaps.gap_until') }}) as double) / 3600 as gap_h
from gaps
group by gaps.content_key

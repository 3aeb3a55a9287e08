-- One row per environment, content and stretch between consecutive good points, at any place, that
-- ends among its due nights; as_of, or the day it closed, is the last end.
with copies as (
    select * from {{ ref('int_backup_copies') }}
    where int_backup_copies.is_good
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

starts as (
    select distinct
        copies.environment_id,
        copies.content,
        ends.span_until,
        copies.started_at,
    from copies
    inner join ends
        on ends.environment_id = copies.environment_id
        and ends.content = copies.content
        and copies.started_at >= ends.span_from
        and copies.started_at < ends.span_until

    union all

    select
        copies.environment_id,
        copies.content,
        ends.span_until,
        max(copies.started_at) as started_at,
    from copies
    inner join ends
        on ends.environment_id = copies.environment_id
        and ends.content = copies.content
        and copies.started_at < ends.span_from
    group by copies.environment_id, copies.content, ends.span_until
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

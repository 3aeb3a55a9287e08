-- One row per maintenance: how much of it lies in the maintenance clock, and since when.
with maintenances as (
    select * from {{ ref('int_maintenances') }}
),

by_day as (
    select
        maintenances.interruption_id,
        maintenances.contract_id,
        maintenances.starts_at,
        maintenances.ends_at,
        {{ day_series('cast(maintenances.starts_at as date)', 'cast(maintenances.ends_at as date)') }}
            as utc_day
    from maintenances
    where maintenances.starts_at < maintenances.ends_at
),

inside as (
    select
        by_day.interruption_id,
        greatest(by_day.starts_at, slices.slice_from) as inside_from,
        least(by_day.ends_at, slices.slice_until) as inside_until
    from by_day
    inner join {{ ref('int_clock_slices') }} as slices
        on slices.contract_id = by_day.contract_id
        and slices.clock = 'maintenance'
        and slices.utc_day = by_day.utc_day
        and slices.slice_from < by_day.ends_at
        and slices.slice_until > by_day.starts_at
    where slices.is_open
),

summed as (
    select
        inside.interruption_id,
        min(inside.inside_from) as inside_from,
        sum({{ seconds_between('inside.inside_from', 'inside.inside_until') }}) as inside_s
    from inside
    group by inside.interruption_id
)

select
    maintenances.interruption_id,
    {{ seconds_between('maintenances.starts_at', 'maintenances.ends_at') }} as duration_s,
    cast(coalesce(summed.inside_s, 0) as decimal(18, 6)) as inside_s,
    -- What lies before the window opens came too early; the rest of what lies outside overran it. What never
    -- reaches a window is all overrun.
    cast(coalesce({{ seconds_between('maintenances.starts_at', 'summed.inside_from') }}, 0) as decimal(18, 6))
        as early_s
from maintenances
left join summed on summed.interruption_id = maintenances.interruption_id

-- One row per maintenance that starts on a day with an evening window: whether it starts before blocking work may (art. 5).
-- From 20:00 to 22:00 the pilots work; on Saturdays, Sundays and holidays, open all day, any time will do.
with maintenances as (
    select * from {{ ref('int_maintenances') }}
),

days as (
    select
        day_slices.contract_id,
        day_slices.utc_day,
        day_slices.day_on,
        day_slices.slice_from,
        day_slices.slice_until
    from {{ ref('int_contract_day_slices') }} as day_slices
),

placed as (
    select
        maintenances.interruption_id,
        maintenances.contract_id,
        maintenances.starts_at,
        days.day_on
    from maintenances
    inner join days
        on days.contract_id = maintenances.contract_id
        and days.utc_day = cast(maintenances.starts_at as date)
        and days.slice_from <= maintenances.starts_at
        and days.slice_until > maintenances.starts_at
),

-- The first instant of the day at which its civil time is the one from which blocking work may start.
permitted as (
    select
        placed.interruption_id,
        min(greatest(
            {{ add_seconds(
                utc_midnight('placed.day_on'),
                seconds_of_time('terms.value') ~ ' - stretches.utc_offset_s'
            ) }},
            stretches.stretch_from
        )) as blocking_from
    from placed
    inner join {{ ref('int_terms') }} as terms
        on terms.contract_id = placed.contract_id
        and terms.term = 'maintenance_blocking_from'
        and terms.valid_from <= placed.day_on
        and (terms.valid_until is null or terms.valid_until > placed.day_on)
    inner join {{ ref('int_contract_stretches') }} as stretches
        on stretches.contract_id = placed.contract_id
        and stretches.day_on = placed.day_on
        and stretches.stretch_until > {{ add_seconds(
            utc_midnight('placed.day_on'),
            seconds_of_time('terms.value') ~ ' - stretches.utc_offset_s'
        ) }}
    group by placed.interruption_id
),

windows as (
    select
        windows.contract_id,
        windows.day_on,
        sum(windows.open_s) as open_s,
        -- The night before reaches into the day up to here.
        min(case when windows.opens_at = contract_days.day_from then windows.closes_at end)
            as night_until,
        max({{ seconds_between('contract_days.day_from', 'contract_days.day_until') }}) as day_s
    from {{ ref('int_clock_windows') }} as windows
    inner join {{ ref('int_contract_days') }} as contract_days
        on contract_days.contract_id = windows.contract_id
        and contract_days.day_on = windows.day_on
    where windows.clock = 'maintenance'
    group by windows.contract_id, windows.day_on
)

select
    placed.interruption_id,
    permitted.blocking_from,
    placed.starts_at < permitted.blocking_from
    and placed.starts_at >= coalesce(windows.night_until, placed.starts_at) as is_too_early
from placed
inner join permitted on permitted.interruption_id = placed.interruption_id
inner join windows
    on windows.contract_id = placed.contract_id
    and windows.day_on = placed.day_on
where windows.open_s < windows.day_s

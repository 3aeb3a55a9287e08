-- One row per interruption, environment and stretch of time in which its downtime is left out of the rate (art. 6, R6).
with interruptions as (
    select * from {{ ref('int_interruptions_by_environment') }}
),

held as (
    select
        interruptions.interruption_id,
        interruptions.environment_id,
        interruptions.contract_id,
        interruptions.cause,
        terms.only_inside_clock,
        greatest(interruptions.interrupted_from, terms.held_from) as held_from,
        least(interruptions.interrupted_until, terms.held_until) as held_until
    from interruptions
    inner join {{ ref('int_exclusion_terms') }} as terms
        on terms.contract_id = interruptions.contract_id
        and terms.cause = interruptions.cause
        and terms.held_from < interruptions.interrupted_until
        and terms.held_until > interruptions.interrupted_from
),

by_day as (
    select
        held.*,
        {{ day_series('cast(held.held_from as date)', 'cast(held.held_until as date)') }}
            as utc_day
    from held
    where held.only_inside_clock is not null
)

select
    held.interruption_id,
    held.environment_id,
    held.cause,
    held.held_from as excluded_from,
    held.held_until as excluded_until
from held
where held.only_inside_clock is null

union all

select
    by_day.interruption_id,
    by_day.environment_id,
    by_day.cause,
    greatest(by_day.held_from, slices.slice_from) as excluded_from,
    least(by_day.held_until, slices.slice_until) as excluded_until
from by_day
inner join {{ ref('int_clock_slices') }} as slices
    on slices.contract_id = by_day.contract_id
    and slices.clock = by_day.only_inside_clock
    and slices.utc_day = by_day.utc_day
    and slices.slice_from < by_day.held_until
    and slices.slice_until > by_day.held_from
where slices.is_open

-- One row per contract, UTC day and stretch of it that lies in one night, or in the day that
-- follows this night. Together they cover all time, so a point finds its night by equality on
-- (contract, UTC day) and a range within it.
with nights as (
    select * from {{ ref('int_backup_night_bounds') }}
),

stretches as (
    select
        nights.contract_id,
        nights.contract_number,
        nights.night_on,
        true as is_in_night,
        nights.night_from as stretch_from,
        nights.night_until as stretch_until
    from nights

    union all

    select
        nights.contract_id,
        nights.contract_number,
        nights.night_on,
        false as is_in_night,
        nights.night_until as stretch_from,
        nights.next_night_from as stretch_until
    from nights
),

utc_days as (
    select
        stretches.*,
        {{ day_series(
            'cast(stretches.stretch_from as date)', 'cast(stretches.stretch_until as date)'
        ) }} as utc_day
    from stretches
    where stretches.stretch_from < stretches.stretch_until
)

select
    utc_days.contract_id,
    utc_days.contract_number,
    utc_days.utc_day,
    utc_days.night_on,
    utc_days.is_in_night,
    greatest(utc_days.stretch_from, {{ utc_midnight('utc_days.utc_day') }}) as slice_from,
    least(
        utc_days.stretch_until, {{ utc_midnight(add_days('utc_days.utc_day', 1)) }}
    ) as slice_until
from utc_days
where utc_days.stretch_until > {{ utc_midnight('utc_days.utc_day') }}

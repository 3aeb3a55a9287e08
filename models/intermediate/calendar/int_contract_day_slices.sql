-- One row per contract, civil day and UTC day they share: an instant finds its civil day by equality on its UTC day.
with days as (
    select * from {{ ref('int_contract_days') }}
),

utc_days as (
    select
        days.contract_id,
        days.day_on,
        days.day_from,
        days.day_until,
        {{ day_series('cast(days.day_from as date)', 'cast(days.day_until as date)') }} as utc_day
    from days
)

select
    utc_days.contract_id,
    utc_days.utc_day,
    utc_days.day_on,
    greatest(utc_days.day_from, {{ utc_midnight('utc_days.utc_day') }}) as slice_from,
    least(utc_days.day_until, {{ utc_midnight(add_days('utc_days.utc_day', 1)) }}) as slice_until
from utc_days
where utc_days.day_until > {{ utc_midnight('utc_days.utc_day') }}

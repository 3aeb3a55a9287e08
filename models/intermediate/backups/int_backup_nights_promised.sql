-- One row per contract, content and night up to the day asked: until when it must be kept, and
-- whether it is due now. A night is due from the day after its evening to the last of the mornings
-- it is kept for (R12).
with nights as (
    select * from {{ ref('int_backup_night_bounds') }}
),

promises as (
    select * from {{ ref('int_backup_promises') }}
),

days as (
    select * from {{ ref('int_contract_days') }}
),

promised as (
    select
        nights.contract_id,
        nights.contract_number,
        promises.content,
        nights.night_on,
        nights.asked_on,
        nights.night_from,
        nights.night_until,
        promises.kept_days,
        promises.places_needed,
        {{ add_days('nights.night_on', 'promises.kept_days') }} as last_kept_on
    from nights
    inner join promises
        on promises.contract_id = nights.contract_id
        and promises.valid_from <= nights.night_on
        and (promises.valid_until is null or promises.valid_until > nights.night_on)
)

select
    promised.contract_id,
    promised.contract_number,
    promised.content,
    promised.night_on,
    promised.asked_on,
    promised.night_from,
    promised.night_until,
    promised.kept_days,
    promised.places_needed,
    promised.last_kept_on,
    days.day_from as last_kept_from,
    days.day_until as last_kept_until,
    promised.night_on < promised.asked_on
    and promised.asked_on <= promised.last_kept_on as is_due
from promised
left join days
    on days.contract_id = promised.contract_id
    and days.day_on = promised.last_kept_on

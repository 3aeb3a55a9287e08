-- One row per environment, content and required night that its places do not all cover: at how many
-- it is covered, and at how many nothing can tell. A place is unknown for a night it does not show
-- when none of its complete listings was taken between the night's end and the end of the last day
-- on which the point was owed: while a night is due, when its latest listing is older (R12).
with months as (
    select * from {{ ref('int_backup_months') }}
),

promised as (
    select * from {{ ref('int_backup_nights_promised') }}
),

places as (
    select * from {{ ref('int_backup_places') }}
),

place_months as (
    select * from {{ ref('int_backup_place_months') }}
),

holdings as (
    select * from {{ ref('int_backup_holdings') }}
),

listings as (
    select * from {{ ref('int_backup_listings') }} as taken
    where taken.is_complete
),

days as (
    select
        months.*,
        {{ number_series(1, 31) }} as day_number
    from months
    where months.other_nights <> 0
),

nights as (
    select
        days.contract_id,
        days.environment_id,
        days.content,
        days.month,
        days.places_needed,
        {{ add_days('days.month', 'days.day_number - 1') }} as night_on
    from days
    where days.other_nights & {{ bit_of_day('days.day_number') }} <> 0
),

at_places as (
    select
        nights.environment_id,
        nights.content,
        nights.month,
        nights.places_needed,
        nights.night_on,
        places.place,
        promised.night_until,
        promised.last_kept_until,
        coalesce(place_months.covered_nights & {{ night_bit('nights.night_on') }}, 0) <> 0
            as is_covered
    from nights
    inner join promised
        on promised.contract_id = nights.contract_id
        and promised.content = nights.content
        and promised.night_on = nights.night_on
    left join places
        on places.environment_id = nights.environment_id
        and places.content = nights.content
    left join place_months
        on place_months.environment_id = nights.environment_id
        and place_months.content = nights.content
        and place_months.month = nights.month
        and place_months.place = places.place
),

told as (
    select distinct
        at_places.environment_id,
        at_places.content,
        at_places.night_on,
        at_places.place
    from at_places
    inner join holdings
        on holdings.environment_id = at_places.environment_id
        and holdings.content = at_places.content
        and holdings.place = at_places.place
    inner join listings
        on listings.repository_id = holdings.repository_id
        and listings.listed_at >= at_places.night_until
        and (
            at_places.last_kept_until is null or listings.listed_at < at_places.last_kept_until
        )
    where not at_places.is_covered
)

select
    at_places.environment_id,
    at_places.content,
    at_places.month,
    at_places.places_needed,
    at_places.night_on,
    cast(sum(case when at_places.is_covered then 1 else 0 end) as bigint) as places_covered,
    cast(sum(case
        when not at_places.is_covered and at_places.place is not null and told.place is null then 1
        else 0
    end) as bigint) as places_unknown
from at_places
left join told
    on told.environment_id = at_places.environment_id
    and told.content = at_places.content
    and told.night_on = at_places.night_on
    and told.place = at_places.place
group by
    at_places.environment_id,
    at_places.content,
    at_places.month,
    at_places.places_needed,
    at_places.night_on

-- One row per environment, content, due night and place that ever held a copy of it: what is known
-- of it there.
{{ config(materialized='view') }}

with place_nights as (
    select * from {{ ref('int_backup_place_nights') }}
),

places as (
    select * from {{ ref('int_backup_places') }}
)

select
    places.environment_id,
    places.content,
    place_nights.night_on,
    places.place,
    case
        when place_nights.is_restorable then 'restorable'
        when place_nights.is_covered then 'lost'
        when place_nights.partial_points > 0 then 'partial'
        when place_nights.late_points + place_nights.manual_points > 0 then 'outside'
        when place_nights.is_unknown then 'unknown'
        else 'missing'
    end as state,
    place_nights.is_covered,
    place_nights.is_restorable,
    place_nights.is_unknown,
    place_nights.good_points,
    place_nights.late_points,
    place_nights.manual_points,
    place_nights.partial_points,
    place_nights.failed_points,
    place_nights.unusable_points,
    places.latest_listed_at
from place_nights
inner join places on places.place_key = place_nights.place_key

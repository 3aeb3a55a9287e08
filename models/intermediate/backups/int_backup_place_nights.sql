-- One row per environment, content, night now due and place that ever held a copy of it. A place
-- whose latest listing is older than the night's end is unknown for a night it does not show, not
-- missing (R12).
with nights as (
    select * from {{ ref('int_backup_nights') }}
),

places as (
    select * from {{ ref('int_backup_places') }}
),

copies as (
    select * from {{ ref('int_backup_copies_by_night') }}
)

select
    places.content_key,
    places.place_key,
    nights.night_on,
    coalesce(copies.good_points, 0) > 0 as is_covered,
    coalesce(copies.restorable_points, 0) > 0 as is_restorable,
    coalesce(copies.good_points, 0) = 0
    and (
        places.latest_listed_at is null or places.latest_listed_at < nights.night_until
    ) as is_unknown,
    coalesce(copies.good_points, 0) as good_points,
    coalesce(copies.late_points, 0) as late_points,
    coalesce(copies.manual_points, 0) as manual_points,
    coalesce(copies.partial_points, 0) as partial_points,
    coalesce(copies.failed_points, 0) as failed_points,
    coalesce(copies.unusable_points, 0) as unusable_points,
from nights
inner join places on places.content_key = nights.content_key
left join copies
    on copies.place_key = places.place_key
    and copies.night_on = nights.night_on
where nights.is_due

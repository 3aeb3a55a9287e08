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
    nights.environment_id,
    nights.content,
    nights.night_on,
    places.place,
    coalesce(copies.is_covered, false) as is_covered,
    coalesce(copies.is_restorable, false) as is_restorable,
    not coalesce(copies.is_covered, false)
    and (
        places.latest_listed_at is null or places.latest_listed_at < nights.night_until
    ) as is_unknown,
    coalesce(copies.good_points, 0) as good_points,
    coalesce(copies.late_points, 0) as late_points,
    coalesce(copies.manual_points, 0) as manual_points,
    coalesce(copies.partial_points, 0) as partial_points,
    coalesce(copies.failed_points, 0) as failed_points,
    coalesce(copies.unusable_points, 0) as unusable_points,
    places.latest_listed_at,
from nights
inner join places
    on places.environment_id = nights.environment_id
    and places.content = nights.content
left join copies
    on copies.environment_id = nights.environment_id
    and copies.content = nights.content
    and copies.night_on = nights.night_on
    and copies.place = places.place
where nights.is_due

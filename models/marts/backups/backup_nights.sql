-- One row per environment, content and night that must be restorable at as_of (art. 9): its places
-- counted, covered when taken, restorable, unknown.
with nights as (
    select * from {{ ref('int_backup_nights') }}
),

places as (
    select
        place_nights.content_key,
        place_nights.night_on,
        count(case when place_nights.is_covered then 1 end) as places_covered,
        count(case when place_nights.is_restorable then 1 end) as places_restorable,
        count(case when place_nights.is_unknown then 1 end) as places_unknown,
        sum(place_nights.late_points) as late_points,
        sum(place_nights.manual_points) as manual_points,
        sum(place_nights.partial_points) as partial_points,
        sum(place_nights.unusable_points) as unusable_points
    from {{ ref('int_backup_place_nights') }} as place_nights
    group by place_nights.content_key, place_nights.night_on
),

runs as (
    select * from {{ ref('int_backup_runs_by_night') }}
)

select
    nights.contract_id,
    nights.client_id,
    nights.environment_id,
    nights.content,
    nights.night_on,
    nights.places_needed,
    coalesce(places.places_covered, 0) as places_covered,
    coalesce(places.places_unknown, 0) as places_unknown,
    coalesce(places.places_restorable, 0) as places_restorable,
    coalesce(places.places_covered, 0) >= nights.places_needed as is_covered,
    coalesce(places.places_restorable, 0) >= nights.places_needed as is_restorable,
    coalesce(runs.is_retried, false)
    and coalesce(places.places_covered, 0) >= nights.places_needed as is_saved_by_retry,
    cast(coalesce(places.late_points, 0) as bigint) as late_points,
    cast(coalesce(places.manual_points, 0) as bigint) as manual_points,
    cast(coalesce(places.partial_points, 0) as bigint) as partial_points,
    cast(coalesce(places.unusable_points, 0) as bigint) as unusable_points,
    coalesce(runs.failed_jobs, 0) as failed_jobs,
    coalesce(runs.partial_jobs, 0) as partial_jobs,
    nights.night_from,
    nights.night_until
from nights
left join places
    on places.content_key = nights.content_key
    and places.night_on = nights.night_on
left join runs
    on runs.environment_id = nights.environment_id
    and runs.content = nights.content
    and runs.night_on = nights.night_on
where nights.is_due

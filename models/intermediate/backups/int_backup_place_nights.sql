-- One row per environment, content, night now due and place that ever held a copy of it: what is
-- known of it there. A place whose latest listing is older than the night's end is unknown for a night
-- it does not show, not missing (R12).
with nights as (
    select * from {{ ref('int_backup_nights') }}
),

places as (
    select * from {{ ref('int_backup_places') }}
),

holdings as (
    select * from {{ ref('int_backup_holdings') }}
),

copies as (
    select
        holdings.place_key,
        due.night_on,
        count(case when due.is_in_night and due.is_good then 1 end) as good_points,
        count(case when due.is_in_night and due.is_restorable then 1 end) as restorable_points,
        count(case when due.is_good and not due.is_in_night and due.is_scheduled then 1 end)
            as late_points,
        count(case when due.is_good and not due.is_in_night and not due.is_scheduled then 1 end)
            as manual_points,
        count(case when due.quality = 'partial' then 1 end) as partial_points,
        count(case when due.quality = 'failed' and not due.is_told_by_job then 1 end)
            as failed_points,
        count(case when due.quality in ('damaged', 'broken_chain') then 1 end) as unusable_points
    from {{ ref('int_backup_due_copies') }} as due
    inner join holdings on holdings.holding_key = due.holding_key
    group by holdings.place_key, due.night_on
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
    coalesce(copies.unusable_points, 0) as unusable_points
from nights
inner join places on places.content_key = nights.content_key
left join copies
    on copies.place_key = places.place_key
    and copies.night_on = nights.night_on
where nights.is_due

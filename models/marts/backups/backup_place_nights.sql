-- One row per environment, content, due night and place that ever held a copy of it: what is known
-- of it there.
select
    place_nights.environment_id,
    place_nights.content,
    place_nights.night_on,
    place_nights.place,
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
    place_nights.latest_listed_at,
from {{ ref('int_backup_place_nights') }} as place_nights

-- One row per environment, due night of data and place; a null place stands for one that is promised and does not exist.
with due as (
    select
        nights.contract_id,
        nights.environment_id,
        environments.environment_kind,
        nights.night_on,
        nights.places_needed
    from {{ ref('backup_nights') }} as nights
    inner join {{ ref('stg_registry__environments') }} as environments
        on environments.environment_id = nights.environment_id
    where nights.content = 'data'
),

places as (
    select
        place_nights.environment_id,
        place_nights.night_on,
        place_nights.place,
        place_nights.state
    from {{ ref('backup_place_nights') }} as place_nights
    where place_nights.content = 'data'
),

known as (
    select
        places.environment_id,
        places.night_on,
        count(*) as places
    from places
    group by places.environment_id, places.night_on
)

select
    due.contract_id,
    due.environment_id,
    due.environment_kind,
    due.night_on,
    places.place,
    places.state
from due
inner join places
    on places.environment_id = due.environment_id and places.night_on = due.night_on

union all

select
    due.contract_id,
    due.environment_id,
    due.environment_kind,
    due.night_on,
    cast(null as string) as place,
    'missing' as state
from due
left join known
    on known.environment_id = due.environment_id and known.night_on = due.night_on
where coalesce(known.places, 0) < due.places_needed

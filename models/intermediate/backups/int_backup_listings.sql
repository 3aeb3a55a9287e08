-- One row per repository and listing taken by as_of, with the next complete one: the first that can
-- prove an absence.
-- A listing of which one file says that it is filtered, and none that it is whole, is filtered.
with listings as (
    select * from {{ ref('stg_backups__listings') }}
),

run as (
    select * from {{ ref('stg_run') }}
),

taken as (
    select
        listings.repository_id,
        listings.listed_at,
        max(listings.place) as place,
        max(case when listings.is_complete then 1 else 0 end) = 1
        or max(case when not listings.is_complete then 1 else 0 end) = 0 as is_complete,
        max(listings.points) as points,
    from listings
    cross join run
    where listings.listed_at <= run.as_of
    group by listings.repository_id, listings.listed_at
)

select
    taken.repository_id,
    taken.place,
    taken.points,
    taken.is_complete,
    taken.listed_at,
    min(case when taken.is_complete then taken.listed_at end) over (
        partition by taken.repository_id
        order by taken.listed_at
        rows between 1 following and unbounded following
    ) as next_complete_listed_at,
from taken

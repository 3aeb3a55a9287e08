-- One row per repository and listing taken by as_of.
-- A listing of which one file says that it is filtered, and none that it is whole, is filtered.
-- A view: who reads it wants few columns, or nothing unless the past is asked about.
{{ config(materialized='view') }}

with listings as (
    select * from {{ ref('stg_backups__listings') }}
),

run as (
    select * from {{ ref('stg_run') }}
),

filtered as (
    select distinct
        listings.repository_id,
        listings.listed_at,
    from listings
    where not listings.is_complete
),

whole as (
    select distinct
        filtered.repository_id,
        filtered.listed_at,
    from filtered
    inner join listings
        on listings.repository_id = filtered.repository_id
        and listings.listed_at = filtered.listed_at
        and listings.is_complete
)

select
    listings.repository_id,
    listings.place,
    listings.points,
    listings.listed_at,
    filtered.repository_id is null or whole.repository_id is not null as is_complete,
from listings
inner join run on listings.listed_at <= run.as_of
left join filtered
    on filtered.repository_id = listings.repository_id
    and filtered.listed_at = listings.listed_at
left join whole
    on whole.repository_id = listings.repository_id
    and whole.listed_at = listings.listed_at

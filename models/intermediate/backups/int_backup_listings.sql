-- One row per repository and listing taken by as_of. A listing of which one file says that it is
-- filtered, and none that it is whole, is filtered. A view: who reads it wants few columns, or nothing
-- unless the past is asked about.
{{ config(materialized='view') }}

with listings as (
    select * from {{ source('landing', 'listings') }}
),

filtered as (
    select distinct
        listings.repository_id,
        listings.listed_at
    from listings
    left join listings as whole
        on whole.repository_id = listings.repository_id
        and whole.listed_at = listings.listed_at
        and whole.is_complete
    where not listings.is_complete and whole.repository_id is null
),

run as (
    select * from {{ source('landing', 'run') }}
)

select
    listings.repository_id,
    listings.place,
    listings.points,
    listings.listed_at,
    filtered.repository_id is null as is_complete
from listings
inner join run on listings.listed_at <= run.as_of
left join filtered
    on filtered.repository_id = listings.repository_id
    and filtered.listed_at = listings.listed_at

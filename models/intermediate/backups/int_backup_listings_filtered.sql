-- One row per repository and instant at which one file says that its listing is filtered, and none
-- that it is whole. A table: there are few.
with listings as (
    select * from {{ source('landing', 'listings') }}
)

select distinct
    listings.repository_id,
    listings.listed_at,
from listings
where not listings.is_complete
    and not exists (
        select 1 from listings as whole
        where whole.repository_id = listings.repository_id
            and whole.listed_at = listings.listed_at
            and whole.is_complete
    )

-- One row per repository listed by as_of: its latest complete listing, and the place it declares
-- now (art. 9).
with listings as (
    select * from {{ ref('int_backup_listings') }}
),

latest as (
    select
        listings.repository_id,
        max(listings.listed_at) as listed_at,
        max(case when listings.is_complete then listings.listed_at end) as latest_listed_at
    from listings
    group by listings.repository_id
)

select
    latest.repository_id,
    max(listings.place) as place,
    latest.latest_listed_at
from latest
inner join listings
    on listings.repository_id = latest.repository_id
    and listings.listed_at = latest.listed_at
group by latest.repository_id, latest.latest_listed_at

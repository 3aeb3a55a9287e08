-- One row per catalogue listing, an empty one included: what a complete one does not show is not
-- there.
select
    listings.repository_id,
    listings.place,
    listings.points,
    listings.is_complete,
    listings.listed_at,
    listings.file_id,
    listings.line,
from {{ source('landing', 'listings') }} as listings

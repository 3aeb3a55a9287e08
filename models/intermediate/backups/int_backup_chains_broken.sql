-- One row per copy that cannot be restored because a point it needs, directly or not, is missing or
-- bad: since when. Recursive, starting from what is broken: a healthy chain costs nothing. Points
-- that need each other end at a union.
with recursive links as (
    select * from {{ ref('int_backup_chain_links') }}
),

broken as (
    select
        links.point_key,
        links.last_listed_at,
        greatest(links.broken_at, links.first_listed_at) as broken_at,
    from links
    where links.broken_at is not null

    union

    select
        links.point_key,
        links.last_listed_at,
        greatest(broken.broken_at, links.first_listed_at) as broken_at,
    from broken
    inner join links
        on links.needed_point_key = broken.point_key
        and broken.broken_at <= links.last_listed_at
)

select
    broken.point_key,
    min(broken.broken_at) as broken_at,
from broken
group by broken.point_key

-- One row per copy that cannot be restored because a point it needs, directly or not, is missing or
-- bad: since when. Recursive, starting from what is broken: a healthy chain costs nothing. Points
-- that need each other end at a union.
with recursive needed as (
    select
        copies.point_key,
        holdings.repository_id,
        {{ words('copies.parent_point_id') }} as needed_point_id,
        copies.first_listed_at,
        copies.last_listed_at
    from {{ ref('int_backup_copies_located') }} as copies
    inner join {{ ref('int_backup_holdings') }} as holdings
        on holdings.holding_key = copies.holding_key
    where copies.parent_point_id is not null
),

wanted as (
    select distinct
        needed.repository_id,
        needed.needed_point_id
    from needed
    where needed.needed_point_id <> ''
),

parents as (
    select
        copies.point_key,
        wanted.repository_id,
        wanted.needed_point_id,
        copies.missing_listed_at,
        coalesce(doubtful.is_accepted, true) as is_usable
    from wanted
    inner join {{ source('landing', 'point_keys') }} as point_keys
        on point_keys.repository_id = wanted.repository_id
        and point_keys.point_id = wanted.needed_point_id
    inner join {{ ref('int_backup_copies_located') }} as copies
        on copies.point_key = point_keys.point_key
    left join {{ ref('int_backup_copies_doubtful') }} as doubtful
        on doubtful.point_key = copies.point_key
),

links as (
    select
        needed.point_key,
        parents.point_key as needed_point_key,
        needed.first_listed_at,
        needed.last_listed_at,
        case
            when parents.point_key is null or not parents.is_usable then needed.first_listed_at
            when parents.missing_listed_at <= needed.last_listed_at then parents.missing_listed_at
        end as broken_at
    from needed
    left join parents
        on parents.repository_id = needed.repository_id
        and parents.needed_point_id = needed.needed_point_id
    where needed.needed_point_id <> ''
),

broken as (
    select
        links.point_key,
        links.last_listed_at,
        greatest(links.broken_at, links.first_listed_at) as broken_at
    from links
    where links.broken_at is not null

    union

    select
        links.point_key,
        links.last_listed_at,
        greatest(broken.broken_at, links.first_listed_at) as broken_at
    from broken
    inner join links
        on links.needed_point_key = broken.point_key
        and broken.broken_at <= links.last_listed_at
)

select
    broken.point_key,
    min(broken.broken_at) as broken_at
from broken
group by broken.point_key

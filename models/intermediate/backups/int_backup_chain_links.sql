-- One row per copy and point it needs, present in its repository's catalogues or not.
with copies as (
    select * from {{ ref('int_backup_copies_located') }}
),

needed as (
    select * from {{ ref('int_backup_points_needed') }}
),

point_keys as (
    select * from {{ source('landing', 'point_keys') }}
),

doubtful as (
    select * from {{ ref('int_backup_copies_doubtful') }}
),

wanted as (
    select distinct
        needed.repository_id,
        needed.needed_point_id,
    from needed
),

parents as (
    select
        copies.point_key,
        wanted.repository_id,
        wanted.needed_point_id,
        copies.missing_listed_at,
    from wanted
    inner join point_keys
        on point_keys.repository_id = wanted.repository_id
        and point_keys.point_id = wanted.needed_point_id
    inner join copies on copies.point_key = point_keys.point_key
)

select
    needed.point_key,
    needed.needed_point_id,
    parents.point_key as needed_point_key,
    needed.first_listed_at,
    needed.last_listed_at,
    case
        when parents.point_key is null then needed.first_listed_at
        when doubtful.point_key is not null and not doubtful.is_accepted then needed.first_listed_at
        when parents.missing_listed_at <= needed.last_listed_at then parents.missing_listed_at
    end as broken_at,
from needed
left join parents
    on parents.repository_id = needed.repository_id
    and parents.needed_point_id = needed.needed_point_id
left join doubtful on doubtful.point_key = parents.point_key

-- One row per copy (repository, point) of a known environment shown by as_of: where it lies, which
-- night, whether still there.
with points as (
    select * from {{ ref('int_backup_points') }}
),

point_keys as (
    select * from {{ ref('stg_backups__point_keys') }}
),

environments as (
    select * from {{ ref('stg_registry__environments') }}
),

repositories as (
    select * from {{ ref('int_backup_repositories') }}
),

listings as (
    select * from {{ ref('int_backup_listings') }}
),

slices as (
    select * from {{ ref('int_backup_night_slices') }}
)

select
    points.point_key,
    point_keys.repository_id,
    coalesce(repositories.place, points.place) as place,
    environments.contract_id,
    point_keys.environment_id,
    point_keys.content,
    point_keys.point_id,
    points.status as listed_status,
    points.parent_point_id,
    points.original_point_id,
    points.size_bytes,
    coalesce(points.is_scheduled, true) as is_scheduled,
    slices.is_in_night,
    slices.night_on,
    points.started_at,
    points.finished_at,
    points.first_listed_at,
    points.last_listed_at,
    repositories.latest_listed_at,
    listings.next_complete_listed_at as missing_listed_at,
    points.file_id,
    points.line,
    repositories.latest_listed_at is null
    or points.last_listed_at >= repositories.latest_listed_at as is_present,
from points
inner join point_keys on point_keys.point_key = points.point_key
inner join environments on environments.environment_id = point_keys.environment_id
inner join slices
    on slices.contract_id = environments.contract_id
    and slices.utc_day = cast(points.started_at as date)
    and slices.slice_from <= points.started_at
    and points.started_at < slices.slice_until
left join repositories on repositories.repository_id = point_keys.repository_id
left join listings
    on listings.repository_id = point_keys.repository_id
    and listings.listed_at = points.last_listed_at

-- One row per restore point shown by as_of, as the last listing that shows it tells it.
-- A table of its own, so that no later join meets the point once per listing.
with sightings as (
    select * from {{ ref('int_backup_sightings') }}
),

points as (
    select * from {{ ref('stg_backups__points') }}
)

select
    sightings.point_key,
    points.place,
    points.status,
    points.parent_point_id,
    points.original_point_id,
    points.size_bytes,
    points.is_scheduled,
    points.started_at,
    points.finished_at,
    sightings.first_listed_at,
    sightings.last_listed_at,
    points.file_id,
    points.line,
from sightings
inner join points
    on points.point_key = sightings.point_key
    and points.listed_at = sightings.last_listed_at

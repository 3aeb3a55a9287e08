-- One row per restore point and listing that shows it.
select
    points.point_key,
    points.place,
    points.status,
    points.parent_point_id,
    points.original_point_id,
    points.size_bytes,
    points.is_scheduled,
    points.listed_at,
    points.started_at,
    points.finished_at,
    points.file_id,
    points.line,
from {{ source('landing', 'points') }} as points

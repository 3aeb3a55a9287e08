-- One row per restore point of a repository, summed up over all listings that ever showed it.
select
    restore_points.point_key,
    restore_points.holding_key,
    restore_points.status,
    restore_points.parent_point_id,
    restore_points.original_point_id,
    restore_points.size_bytes,
    restore_points.is_scheduled,
    restore_points.started_at,
    restore_points.finished_at,
    restore_points.first_listed_at,
    restore_points.last_listed_at,
    restore_points.missing_listed_at,
    restore_points.known_at,
    restore_points.file_id,
    restore_points.line,
from {{ source('landing', 'restore_points') }} as restore_points

-- One row per restore point and change of what is known of it since backups were built.
select changed_points.point_key
from {{ source('landing', 'changed_points') }} as changed_points

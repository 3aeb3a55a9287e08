-- One row per restore point of a repository.
select
    point_keys.point_key,
    point_keys.repository_id,
    point_keys.environment_id,
    point_keys.content,
    point_keys.point_id,
from {{ source('landing', 'point_keys') }} as point_keys

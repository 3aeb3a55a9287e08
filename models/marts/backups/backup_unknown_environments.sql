-- One row per repository, environment and content that a manifest names and the registry does not:
-- a manifest of nobody.
with sightings as (
    select * from {{ ref('int_backup_sightings') }}
),

point_keys as (
    select * from {{ ref('stg_backups__point_keys') }}
),

environments as (
    select * from {{ ref('stg_registry__environments') }}
)

select
    point_keys.repository_id,
    point_keys.environment_id,
    point_keys.content,
    count(*) as points,
    min(sightings.first_listed_at) as first_listed_at,
    max(sightings.last_listed_at) as last_listed_at,
from sightings
inner join point_keys on point_keys.point_key = sightings.point_key
left join environments on environments.environment_id = point_keys.environment_id
where environments.environment_id is null
group by point_keys.repository_id, point_keys.environment_id, point_keys.content

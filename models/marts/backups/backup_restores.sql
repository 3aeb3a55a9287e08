-- One row per restore asked for by as_of: request, test or disaster, its delay and the point it
-- used (art. 9).
with restores as (
    select * from {{ source('landing', 'restores') }}
),

environments as (
    select * from {{ ref('stg_registry__environments') }}
),

copies as (
    select * from {{ ref('int_backup_copies') }}
),

holdings as (
    select * from {{ ref('int_backup_holdings') }}
),

point_keys as (
    select * from {{ source('landing', 'point_keys') }}
),

files as (
    select * from {{ source('landing', 'files') }}
),

run as (
    select * from {{ source('landing', 'run') }}
),

used as (
    select
        restores.restore_id,
        max(copies.started_at) as state_at,
        count(distinct copies.started_at) as states
    from restores
    inner join holdings on holdings.environment_id = restores.environment_id
    inner join copies on copies.holding_key = holdings.holding_key
    inner join point_keys
        on point_keys.point_key = copies.point_key
        and substr(point_keys.point_id, 1, 8) = substr(restores.point_id, 1, 8)
        and substr(point_keys.point_id, 1, length(restores.point_id)) = restores.point_id
    group by restores.restore_id
)

select
    environments.contract_id,
    environments.client_id,
    restores.restore_id,
    restores.environment_id,
    restores.kind,
    restores.point_id,
    case when used.states = 1 then used.state_at end as state_at,
    restores.asked_at,
    case when restores.done_at <= run.as_of then restores.done_at end as done_at,
    case when restores.done_at <= run.as_of then restores.result else 'pending' end as result,
    cast({{ seconds_between(
        'restores.asked_at', 'least(coalesce(restores.done_at, run.as_of), run.as_of)'
    ) }} as decimal(18, 6)) as delay_s,
    files.name as file,
    restores.line
from restores
cross join run
inner join files on files.file_id = restores.file_id
left join environments on environments.environment_id = restores.environment_id
left join used on used.restore_id = restores.restore_id
where restores.asked_at <= run.as_of

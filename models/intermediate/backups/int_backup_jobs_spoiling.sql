-- One row per job of a known environment that had failed or left files unread by as_of, with the night
-- it belongs to; outside the contract's calendar, the UTC day on which it started. A table: they are
-- few, and who joins millions of points to them is told so.
with jobs as (
    select * from {{ source('landing', 'jobs') }}
),

environments as (
    select * from {{ ref('stg_registry__environments') }}
),

slices as (
    select * from {{ ref('int_backup_night_slices') }}
),

run as (
    select * from {{ source('landing', 'run') }}
)

select
    jobs.repository_id,
    environments.contract_id,
    jobs.environment_id,
    jobs.content,
    jobs.job_id,
    jobs.point_id,
    jobs.status,
    coalesce(slices.is_in_night, false) as is_in_night,
    coalesce(slices.night_on, {{ utc_day('jobs.started_at') }}) as night_on,
    jobs.started_at,
    jobs.finished_at
from jobs
cross join run
inner join environments on environments.environment_id = jobs.environment_id
left join slices
    on slices.contract_id = environments.contract_id
    and slices.utc_day = {{ utc_day('jobs.started_at') }}
    and slices.slice_from <= jobs.started_at
    and jobs.started_at < slices.slice_until
where jobs.status <> 'success'
    and coalesce(jobs.finished_at, jobs.started_at) <= run.as_of
    and jobs.started_at <= run.as_of

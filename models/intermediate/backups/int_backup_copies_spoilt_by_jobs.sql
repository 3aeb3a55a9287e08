-- One row per copy whose job record says that it is partial or failed, however good its catalogue
-- entry looks (R11). A job that names no point is that of the point started while it ran, unless a
-- later or naming job succeeded.
with holdings as (
    select * from {{ ref('int_backup_holdings') }}
),

jobs as (
    select * from {{ ref('int_backup_jobs_spoiling') }}
),

run as (
    select * from {{ source('landing', 'run') }}
),

-- By the days on which they ran, so that a point meets the jobs of its day only.
unnamed as (
    select
        jobs.*,
        holdings.holding_key,
        {{ day_series(
            utc_day('jobs.started_at'),
            utc_day('greatest(jobs.started_at, coalesce(jobs.finished_at, jobs.started_at))')
        ) }} as utc_day
    from jobs
    inner join holdings
        on holdings.repository_id = jobs.repository_id
        and holdings.environment_id = jobs.environment_id
        and holdings.content = jobs.content
    where jobs.point_id is null
),

ran_into as (
    select
        copies.point_key,
        unnamed.repository_id,
        unnamed.environment_id,
        unnamed.content,
        unnamed.status,
        unnamed.started_at as job_started_at,
        copies.started_at,
        point_keys.point_id
    from unnamed
    inner join {{ ref('int_backup_points') }} as copies
        on copies.holding_key = unnamed.holding_key
        and {{ utc_day('copies.started_at') }} = unnamed.utc_day
        and unnamed.started_at <= copies.started_at
        and (
            copies.started_at = unnamed.started_at
            or copies.started_at < unnamed.finished_at
        )
    inner join {{ source('landing', 'point_keys') }} as point_keys
        on point_keys.point_key = copies.point_key
),

spoilt as (
    select
        ran_into.point_key,
        ran_into.status
    from ran_into
    where not exists (
            select 1
            from {{ source('landing', 'jobs') }} as others
            cross join run
            where others.repository_id = ran_into.repository_id
                and others.environment_id = ran_into.environment_id
                and others.content = ran_into.content
                and others.status = 'success'
                and others.started_at <= run.as_of
                and coalesce(others.finished_at, others.started_at) <= run.as_of
                and (
                    others.point_id = substr(ran_into.point_id, 1, length(others.point_id))
                    or (
                        others.point_id is null
                        and others.started_at > ran_into.job_started_at
                        and others.started_at <= ran_into.started_at
                    )
                )
        )

    union all

    select
        named.point_key,
        named.job_status as status
    from {{ ref('int_backup_copies_named_by_jobs') }} as named
)

select
    spoilt.point_key,
    min(spoilt.status) as job_status
from spoilt
group by spoilt.point_key

-- One row per copy whose job record says that it is partial or failed, however good its catalogue
-- entry looks (R11). A job names its point (a prefix of 8 characters or more is enough where it
-- tells one point), or, naming none, is that of the point started while it ran. A copy made from
-- another repository's point shares that point's job.
with point_keys as (
    select * from {{ ref('stg_backups__point_keys') }}
),

jobs as (
    select * from {{ ref('int_backup_jobs_located') }}
),

naming as (
    select * from jobs
    where jobs.status <> 'success' and jobs.point_id is not null
),

-- What a copy may be known by to a job: its own key in its repository, its original's in any other.
known as (
    select
        naming.environment_id,
        naming.repository_id,
        naming.job_id,
        naming.point_id,
        naming.status,
        copies.point_key,
        point_keys.point_id as known_as,
    from naming
    inner join point_keys
        on substr(point_keys.point_id, 1, 8) = substr(naming.point_id, 1, 8)
        and substr(point_keys.point_id, 1, length(naming.point_id)) = naming.point_id
        and point_keys.repository_id = naming.repository_id
        and point_keys.environment_id = naming.environment_id
        and point_keys.content = naming.content
    inner join {{ ref('int_backup_copies_located') }} as copies
        on copies.point_key = point_keys.point_key

    union all

    select
        naming.environment_id,
        naming.repository_id,
        naming.job_id,
        naming.point_id,
        naming.status,
        copies.point_key,
        copies.original_point_id as known_as,
    from naming
    inner join {{ ref('int_backup_copies_located') }} as copies
        on copies.environment_id = naming.environment_id
        and copies.content = naming.content
        and substr(copies.original_point_id, 1, 8) = substr(naming.point_id, 1, 8)
        and substr(copies.original_point_id, 1, length(naming.point_id)) = naming.point_id
    where copies.original_point_id is not null
),

named as (
    select
        known.environment_id,
        known.job_id,
        known.repository_id as job_repository_id,
        known.status,
        known.point_key,
        known.known_as,
        known.known_as = known.point_id as is_exact,
        max(case when known.known_as = known.point_id then 1 else 0 end) over (
            partition by known.environment_id, known.repository_id, known.job_id
        ) as has_exact,
    from known
),

told as (
    select
        named.environment_id,
        named.job_repository_id,
        named.job_id,
        count(distinct named.known_as) as points_meant,
    from named
    where named.is_exact or named.has_exact = 0
    group by named.environment_id, named.job_repository_id, named.job_id
),

-- By the days on which they ran, so that a point meets the jobs of its day only.
unnamed as (
    select
        jobs.*,
        {{ day_series(
            utc_day('jobs.started_at'),
            utc_day('greatest(jobs.started_at, coalesce(jobs.finished_at, jobs.started_at))')
        ) }} as utc_day,
    from jobs
    where jobs.status <> 'success' and jobs.point_id is null
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
        point_keys.point_id,
    from unnamed
    inner join {{ ref('int_backup_copies_located') }} as copies
        on copies.repository_id = unnamed.repository_id
        and copies.environment_id = unnamed.environment_id
        and copies.content = unnamed.content
        and {{ utc_day('copies.started_at') }} = unnamed.utc_day
        and unnamed.started_at <= copies.started_at
        and (
            copies.started_at = unnamed.started_at
            or copies.started_at < unnamed.finished_at
        )
    inner join point_keys on point_keys.point_key = copies.point_key
),

running as (
    select
        ran_into.point_key,
        ran_into.status,
    from ran_into
    where not exists (
            select 1
            from jobs as others
            where others.repository_id = ran_into.repository_id
                and others.environment_id = ran_into.environment_id
                and others.content = ran_into.content
                and others.status = 'success'
                and (
                    others.point_id = substr(ran_into.point_id, 1, length(others.point_id))
                    or (
                        others.point_id is null
                        and others.started_at > ran_into.job_started_at
                        and others.started_at <= ran_into.started_at
                    )
                )
        )
),

spoilt as (
    select
        named.point_key,
        named.status,
    from named
    inner join told
        on told.environment_id = named.environment_id
        and told.job_repository_id = named.job_repository_id
        and told.job_id = named.job_id
    where (named.is_exact or named.has_exact = 0)
        and (named.is_exact or told.points_meant = 1)

    union all

    select
        running.point_key,
        running.status,
    from running
)

select
    spoilt.point_key,
    min(spoilt.status) as job_status,
from spoilt
group by spoilt.point_key

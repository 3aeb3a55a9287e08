-- One row per copy whose job record says that it is partial or failed, however good its catalogue
-- entry looks (R11). A job names its point (a prefix of 8 characters or more is enough where it
-- tells one point), or, naming none, is that of the point started while it ran. A copy made from
-- another repository's point shares that point's job.
with copies as (
    select * from {{ ref('int_backup_copies_located') }}
),

jobs as (
    select * from {{ ref('int_backup_jobs_located') }}
),

-- The keys a copy may be known by to a job: its own in its repository, its original in any other.
identities as (
    select
        copies.point_key,
        copies.environment_id,
        copies.content,
        copies.repository_id,
        copies.point_id as known_as,
    from copies

    union all

    select
        copies.point_key,
        copies.environment_id,
        copies.content,
        cast(null as varchar) as repository_id,
        copies.original_point_id as known_as,
    from copies
    where copies.original_point_id is not null
),

named as (
    select
        jobs.environment_id,
        jobs.job_id,
        jobs.repository_id as job_repository_id,
        jobs.status,
        identities.point_key,
        identities.known_as,
        identities.known_as = jobs.point_id as is_exact,
        max(case when identities.known_as = jobs.point_id then 1 else 0 end) over (
            partition by jobs.environment_id, jobs.repository_id, jobs.job_id
        ) as has_exact,
    from jobs
    inner join identities
        on identities.environment_id = jobs.environment_id
        and identities.content = jobs.content
        and substr(identities.known_as, 1, 8) = substr(jobs.point_id, 1, 8)
        and substr(identities.known_as, 1, length(jobs.point_id)) = jobs.point_id
        and coalesce(identities.repository_id = jobs.repository_id, true)
    where jobs.status <> 'success'
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

running as (
    select
        copies.point_key,
        jobs.status,
    from jobs
    inner join copies
        on copies.repository_id = jobs.repository_id
        and copies.environment_id = jobs.environment_id
        and copies.content = jobs.content
        and jobs.started_at <= copies.started_at
        and (copies.started_at = jobs.started_at or copies.started_at < jobs.finished_at)
    where jobs.status <> 'success'
        and jobs.point_id is null
        and not exists (
            select 1
            from jobs as others
            where others.repository_id = jobs.repository_id
                and others.environment_id = jobs.environment_id
                and others.content = jobs.content
                and others.status = 'success'
                and (
                    others.point_id = substr(copies.point_id, 1, length(others.point_id))
                    or (
                        others.point_id is null
                        and others.started_at > jobs.started_at
                        and others.started_at <= copies.started_at
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

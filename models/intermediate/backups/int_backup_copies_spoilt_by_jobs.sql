-- One row per copy whose job record says that it is partial or failed, however good its catalogue
-- entry looks (R11). A job names its point (a prefix of 8 characters or more is enough where it
-- tells one point), or, naming none, is that of the point started while it ran. A copy made from
-- another repository's point shares that point's job. What holds millions of rows is named where it
-- is read: a CTE read twice would be written out.
with holdings as (
    select * from {{ ref('int_backup_holdings') }}
),

jobs as (
    select * from {{ ref('int_backup_jobs_spoiling') }}
),

naming as (
    select
        jobs.environment_id,
        jobs.content,
        jobs.repository_id,
        jobs.job_id,
        jobs.point_id,
        jobs.status,
        substr(jobs.point_id, 1, 8) as beginning,
    from jobs
    where jobs.point_id is not null
),

-- The few of millions of points that can be meant, told by one short text.
meant as (
    select point_keys.*
    from {{ source('landing', 'point_keys') }} as point_keys
    where substr(point_keys.point_id, 1, 8) in (select naming.beginning from naming)
),

meant_originals as (
    select
        copies.point_key,
        holdings.environment_id,
        holdings.content,
        copies.original_point_id,
    from {{ ref('int_backup_copies_located') }} as copies
    inner join holdings on holdings.holding_key = copies.holding_key
    where copies.original_point_id is not null
        and substr(copies.original_point_id, 1, 8) in (select naming.beginning from naming)
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
        meant.point_id as known_as,
    from naming
    inner join meant
        on substr(meant.point_id, 1, length(naming.point_id)) = naming.point_id
        and substr(meant.point_id, 1, 8) = naming.beginning
        and meant.repository_id = naming.repository_id
        and meant.environment_id = naming.environment_id
        and meant.content = naming.content
    inner join {{ ref('int_backup_copies_located') }} as copies
        on copies.point_key = meant.point_key

    union all

    select
        naming.environment_id,
        naming.repository_id,
        naming.job_id,
        naming.point_id,
        naming.status,
        originals.point_key,
        originals.original_point_id as known_as,
    from naming
    inner join meant_originals as originals
        on originals.environment_id = naming.environment_id
        and originals.content = naming.content
        and substr(originals.original_point_id, 1, 8) = naming.beginning
        and substr(originals.original_point_id, 1, length(naming.point_id)) = naming.point_id
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
        holdings.holding_key,
        {{ day_series(
            utc_day('jobs.started_at'),
            utc_day('greatest(jobs.started_at, coalesce(jobs.finished_at, jobs.started_at))')
        ) }} as utc_day,
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
        point_keys.point_id,
    from unnamed
    inner join {{ ref('int_backup_copies_located') }} as copies
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

running as (
    select
        ran_into.point_key,
        ran_into.status,
    from ran_into
    where not exists (
            select 1
            from {{ ref('int_backup_jobs_located') }} as others
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

-- One row per copy that a partial or failed job names: by its key, or by 8 characters of it or more
-- where they tell one point (R11). A copy made from another repository's point shares that point's
-- job. What holds millions of rows is named where it is read: a CTE read twice would be written out.
with naming as (
    select
        jobs.environment_id,
        jobs.content,
        jobs.repository_id,
        jobs.job_id,
        jobs.point_id,
        jobs.status,
        substr(jobs.point_id, 1, 8) as beginning
    from {{ ref('int_backup_jobs_spoiling') }} as jobs
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
        copies.original_point_id
    from {{ ref('int_backup_points') }} as copies
    inner join {{ ref('int_backup_holdings') }} as holdings
        on holdings.holding_key = copies.holding_key
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
        meant.point_id as known_as
    from naming
    inner join meant
        on substr(meant.point_id, 1, length(naming.point_id)) = naming.point_id
        and substr(meant.point_id, 1, 8) = naming.beginning
        and meant.repository_id = naming.repository_id
        and meant.environment_id = naming.environment_id
        and meant.content = naming.content
    inner join {{ ref('int_backup_points') }} as copies
        on copies.point_key = meant.point_key

    union all

    select
        naming.environment_id,
        naming.repository_id,
        naming.job_id,
        naming.point_id,
        naming.status,
        originals.point_key,
        originals.original_point_id as known_as
    from naming
    inner join meant_originals as originals
        on originals.environment_id = naming.environment_id
        and originals.content = naming.content
        and substr(originals.original_point_id, 1, 8) = naming.beginning
        and substr(originals.original_point_id, 1, length(naming.point_id)) = naming.point_id
),

named as (
    select
        known.point_key,
        known.status,
        known.known_as = known.point_id as is_exact,
        min(known.known_as) over (
            partition by known.environment_id, known.repository_id, known.job_id
        ) = max(known.known_as) over (
            partition by known.environment_id, known.repository_id, known.job_id
        ) as is_the_only_one
    from known
)

select
    named.point_key,
    min(named.status) as job_status
from named
where named.is_exact or named.is_the_only_one
group by named.point_key

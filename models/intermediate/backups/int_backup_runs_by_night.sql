-- One row per environment, content and due night with a failed or partial run: how many, and whether
-- a retry saved it. Runs are jobs of the log, and points whose catalogue entry alone tells of a
-- failure. A retry is a good point of the same night and repository that starts after the bad run.
with jobs as (
    select * from {{ ref('int_backup_jobs_spoiling') }}
),

nights as (
    select * from {{ ref('int_backup_nights_promised') }} as promised
    where promised.is_due
),

copies as (
    select * from {{ ref('int_backup_due_copies') }}
),

holdings as (
    select * from {{ ref('int_backup_holdings') }}
),

bad_runs as (
    select
        jobs.environment_id,
        jobs.content,
        jobs.night_on,
        jobs.repository_id,
        jobs.is_in_night,
        jobs.started_at,
        case when jobs.status = 'failed' then 1 else 0 end as failed_jobs,
        case when jobs.status = 'partial' then 1 else 0 end as partial_jobs
    from jobs
    inner join nights
        on nights.contract_id = jobs.contract_id
        and nights.content = jobs.content
        and nights.night_on = jobs.night_on

    union all

    select
        holdings.environment_id,
        holdings.content,
        copies.night_on,
        holdings.repository_id,
        copies.is_in_night,
        copies.started_at,
        case when copies.quality = 'failed' then 1 else 0 end as failed_jobs,
        0 as partial_jobs
    from copies
    inner join holdings on holdings.holding_key = copies.holding_key
    where copies.quality in ('failed', 'partial') and not copies.is_told_by_job
),

by_repository as (
    select
        bad_runs.environment_id,
        bad_runs.content,
        bad_runs.night_on,
        bad_runs.repository_id,
        sum(bad_runs.failed_jobs) as failed_jobs,
        sum(bad_runs.partial_jobs) as partial_jobs,
        min(case when bad_runs.is_in_night then bad_runs.started_at end) as first_bad_at
    from bad_runs
    group by
        bad_runs.environment_id, bad_runs.content, bad_runs.night_on, bad_runs.repository_id
),

retried as (
    select
        by_repository.environment_id,
        by_repository.content,
        by_repository.night_on,
        by_repository.repository_id,
        by_repository.failed_jobs,
        by_repository.partial_jobs,
        max(case
            when copies.is_good and copies.is_in_night
                and copies.started_at > by_repository.first_bad_at then 1
            else 0
        end) as is_retried
    from by_repository
    left join holdings
        on holdings.repository_id = by_repository.repository_id
        and holdings.environment_id = by_repository.environment_id
        and holdings.content = by_repository.content
    left join copies
        on copies.holding_key = holdings.holding_key
        and copies.night_on = by_repository.night_on
    group by
        by_repository.environment_id,
        by_repository.content,
        by_repository.night_on,
        by_repository.repository_id,
        by_repository.failed_jobs,
        by_repository.partial_jobs
)

select
    retried.environment_id,
    retried.content,
    retried.night_on,
    cast(sum(retried.failed_jobs) as bigint) as failed_jobs,
    cast(sum(retried.partial_jobs) as bigint) as partial_jobs,
    max(retried.is_retried) = 1 as is_retried
from retried
group by retried.environment_id, retried.content, retried.night_on

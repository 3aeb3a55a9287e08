-- One row per repository: its latest listing, and the last integrity check of it by as_of with its
-- age (art. 9).
with checks as (
    select
        integrity.*,
        row_number() over (
            partition by integrity.repository_id
            order by integrity.checked_at desc, integrity.result asc
        ) as place_from_end,
        max(case when integrity.result = 'success' then integrity.checked_at end) over (
            partition by integrity.repository_id
        ) as last_success_at
    from {{ source('landing', 'integrity_checks') }} as integrity
    cross join {{ source('landing', 'run') }} as run
    where integrity.checked_at <= run.as_of
),

repositories as (
    select * from {{ ref('int_backup_repositories') }}
),

known as (
    select repositories.repository_id from repositories
    union
    select checks.repository_id from checks
)

select
    known.repository_id,
    coalesce(repositories.place, checks.place) as place,
    repositories.latest_listed_at,
    cast({{ seconds_between('repositories.latest_listed_at', 'run.as_of') }} as double) / 3600
        as listing_age_h,
    checks.tool,
    checks.result as last_result,
    checks.message as last_message,
    checks.checked_at as last_checked_at,
    cast({{ seconds_between('checks.checked_at', 'run.as_of') }} as double) / 86400
        as last_checked_age_d,
    checks.last_success_at,
    files.name as file
from known
cross join {{ source('landing', 'run') }} as run
left join repositories on repositories.repository_id = known.repository_id
left join checks
    on checks.repository_id = known.repository_id
    and checks.place_from_end = 1
left join {{ source('landing', 'files') }} as files on files.file_id = checks.file_id

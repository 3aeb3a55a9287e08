-- One row per environment that no registry knows and log that names it.
select
    notices.name as environment_id,
    notices.source,
    notices.log,
    notices.nearest as nearest_environment_id,
    notices.rows,
    notices.first_at,
    notices.last_at
from {{ source('landing', 'notices') }} as notices
where notices.notice = 'unknown_environment'

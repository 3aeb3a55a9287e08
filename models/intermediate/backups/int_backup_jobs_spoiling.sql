-- One row per job that failed or left files unread. A table: they are few, and who joins millions of
-- points to them is told so.
select *
from {{ ref('int_backup_jobs_located') }} as jobs
where jobs.status <> 'success'

-- One row per attempted backup job.
select
    jobs.repository_id,
    jobs.environment_id,
    jobs.content,
    jobs.job_id,
    jobs.point_id,
    jobs.status,
    jobs.message,
    jobs.started_at,
    jobs.finished_at,
    jobs.file_id,
    jobs.line,
from {{ source('landing', 'jobs') }} as jobs

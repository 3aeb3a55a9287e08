-- One row per probe, UTC day and run of checks of one state, without a long silence between them.
select
    probe_runs.probe_key,
    probe_runs.day as utc_day,
    probe_runs.state,
    probe_runs.checks,
    probe_runs.period_us,
    probe_runs.gap_limit_us,
    probe_runs.first_at,
    probe_runs.last_at,
    probe_runs.first_file_id,
    probe_runs.first_line,
    probe_runs.last_file_id,
    probe_runs.last_line,
    probe_runs.revision
from {{ source('landing', 'probe_runs') }} as probe_runs

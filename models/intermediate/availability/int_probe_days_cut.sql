-- One row per probe whose UTC day is cut by as_of: checks lie beyond it, so that day's raw checks are read instead.
select
    probe_runs.probe_key,
    probe_runs.utc_day
from {{ ref('stg_monitoring__probe_runs') }} as probe_runs
inner join {{ source('landing', 'run') }} as run on cast(run.as_of as date) = probe_runs.utc_day
group by probe_runs.probe_key, probe_runs.utc_day, run.as_of
having max(probe_runs.last_at) >= run.as_of

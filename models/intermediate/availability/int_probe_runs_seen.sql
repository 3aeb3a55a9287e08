-- One row per probe and run of checks of one state, as far as as_of sees, of the days that are read now.
with windows as (
    select
        probes.probe_key,
        probes.first_at,
        windows.read_from
    from {{ ref('int_probes') }} as probes
    inner join {{ ref('int_availability_windows') }} as windows
        on windows.environment_id = probes.environment_id
),

-- Days by equality: whole stretches of the summaries, which lie by day, are then passed over unread.
days as (
    select
        {{ day_series(
            'min(coalesce(windows.read_from, cast(windows.first_at as date)))',
            'max(cast(run.as_of as date))'
        ) }} as utc_day
    from windows
    inner join {{ source('landing', 'run') }} as run on run.as_of > windows.first_at
),

cut as (
    select days_cut.*
    from {{ ref('int_probe_days_cut') }} as days_cut
    inner join windows on windows.probe_key = days_cut.probe_key
),

stored as (
    select probe_runs.*
    from {{ ref('stg_monitoring__probe_runs') }} as probe_runs
    inner join days on days.utc_day = probe_runs.utc_day
    inner join windows on windows.probe_key = probe_runs.probe_key
    inner join {{ source('landing', 'run') }} as run on run.as_of > probe_runs.first_at
    left join cut
        on cut.probe_key = probe_runs.probe_key
        and cut.utc_day = probe_runs.utc_day
    where cut.probe_key is null
        and (windows.read_from is null or windows.read_from <= probe_runs.utc_day)
),

reread as (
    {{ checks_as_runs('cut') }}
)

select
    stored.*,
    false as is_reread
from stored

union all

select
    reread.*,
    true as is_reread
from reread

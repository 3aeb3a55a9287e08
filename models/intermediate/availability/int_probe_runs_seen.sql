-- One row per probe and run of checks of one state, as far as as_of sees.
with probes as (
    select * from {{ ref('int_probes') }}
),

cut as (
    select * from {{ ref('int_probe_days_cut') }}
),

stored as (
    select probe_runs.*
    from {{ ref('stg_monitoring__probe_runs') }} as probe_runs
    inner join {{ ref('stg_run') }} as run on run.as_of > probe_runs.first_at
    left join cut
        on cut.probe_key = probe_runs.probe_key
        and cut.utc_day = probe_runs.utc_day
    where cut.probe_key is null
),

reread as (
    {{ checks_as_runs('cut') }}
),

seen as (
    select
        stored.*,
        false as is_reread
    from stored

    union all

    select
        reread.*,
        true as is_reread
    from reread
)

select seen.*
from seen
inner join probes on probes.probe_key = seen.probe_key

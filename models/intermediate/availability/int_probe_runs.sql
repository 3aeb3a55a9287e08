-- One row per probe and run of checks of one state in which every gap is shorter than the validity (R2).
with seen as (
    select
        runs.*,
        coalesce(runs.period_us, -1) as given_period_us
    from {{ ref('int_probe_runs_seen') }} as runs
),

validities as (
    select * from {{ ref('int_probe_validities') }}
),

-- Too coarse a summary: the raw checks of those days are read instead.
coarse as (
    select * from {{ ref('int_probe_days_coarse') }}
),

reread as (
    {{ checks_as_runs('coarse') }}
),

runs as (
    select
        seen.probe_key,
        seen.state,
        seen.checks,
        seen.given_period_us,
        seen.first_at,
        seen.last_at,
        seen.first_file_id,
        seen.first_line
    from seen
    left join coarse
        on coarse.probe_key = seen.probe_key
        and coarse.utc_day = seen.utc_day
    where coarse.probe_key is null

    union all

    select
        reread.probe_key,
        reread.state,
        reread.checks,
        coalesce(reread.period_us, -1) as given_period_us,
        reread.first_at,
        reread.last_at,
        reread.first_file_id,
        reread.first_line
    from reread
)

select
    runs.probe_key,
    runs.state,
    runs.checks,
    validities.period_us,
    runs.first_at,
    runs.last_at,
    {{ add_microseconds('runs.last_at', 'validities.validity_us') }} as valid_until,
    runs.first_file_id,
    runs.first_line
from runs
inner join validities
    on validities.probe_key = runs.probe_key
    and validities.given_period_us = runs.given_period_us
    and validities.stretch_from <= runs.first_at
    and validities.stretch_until > runs.first_at

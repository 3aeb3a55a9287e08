-- One row per probe some of whose checks give no period: the median gap after such a check, the lower one of two (R2).
-- Over all of its checks, whatever is computed now: a check more may move the median of all.
with deduced as (
    select probes.probe_key
    from {{ ref('int_probes') }} as probes
    where probes.is_period_deduced
),

cut as (
    select days_cut.*
    from {{ ref('int_probe_days_cut') }} as days_cut
    inner join deduced on deduced.probe_key = days_cut.probe_key
),

reread as (
    {{ checks_as_runs('cut') }}
),

runs as (
    select
        probe_runs.probe_key,
        probe_runs.utc_day,
        probe_runs.period_us,
        probe_runs.first_at,
        probe_runs.last_at,
        false as is_reread
    from {{ ref('stg_monitoring__probe_runs') }} as probe_runs
    inner join deduced on deduced.probe_key = probe_runs.probe_key
    inner join {{ source('landing', 'run') }} as run on run.as_of > probe_runs.first_at
    left join cut
        on cut.probe_key = probe_runs.probe_key
        and cut.utc_day = probe_runs.utc_day
    where cut.probe_key is null

    union all

    select
        reread.probe_key,
        reread.utc_day,
        reread.period_us,
        reread.first_at,
        reread.last_at,
        true as is_reread
    from reread
),

following as (
    select
        runs.*,
        lead(runs.first_at) over (partition by runs.probe_key order by runs.first_at) as next_at,
        lead(runs.utc_day) over (partition by runs.probe_key order by runs.first_at) as next_day
    from runs
),

gaps as (
    select
        probe_gaps.probe_key,
        probe_gaps.gap_us,
        probe_gaps.gaps
    from {{ ref('stg_monitoring__probe_gaps') }} as probe_gaps
    inner join deduced on deduced.probe_key = probe_gaps.probe_key
    inner join {{ source('landing', 'run') }} as run on cast(run.as_of as date) >= probe_gaps.utc_day
    left join cut
        on cut.probe_key = probe_gaps.probe_key
        and cut.utc_day = probe_gaps.utc_day
    where cut.probe_key is null

    union all

    -- Stored gaps are those within a day; between days, and in a day read anew, they lie between runs.
    select
        following.probe_key,
        {{ microseconds_between('following.last_at', 'following.next_at') }} as gap_us,
        1 as gaps
    from following
    where following.period_us is null
        and following.next_at is not null
        and (following.is_reread or following.next_day <> following.utc_day)
),

counted as (
    select
        gaps.probe_key,
        gaps.gap_us,
        sum(gaps.gaps) as gaps
    from gaps
    group by gaps.probe_key, gaps.gap_us
),

ranked as (
    select
        counted.probe_key,
        counted.gap_us,
        sum(counted.gaps) over (
            partition by counted.probe_key order by counted.gap_us
        ) as gaps_up_to,
        sum(counted.gaps) over (partition by counted.probe_key) as all_gaps
    from counted
)

select
    ranked.probe_key,
    min(ranked.gap_us) as period_us
from ranked
where 2 * ranked.gaps_up_to >= ranked.all_gaps
group by ranked.probe_key

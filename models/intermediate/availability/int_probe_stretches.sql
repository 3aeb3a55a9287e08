-- One row per probe and stretch of time in which it was seen up or down without a break, confirmed (R2, R5).
-- A result holds until the next check, at most for its validity; unknown is unobserved and gives no row.
with runs as (
    select * from {{ ref('int_probe_runs') }}
),

following as (
    select
        runs.*,
        lead(runs.first_at) over (partition by runs.probe_key order by runs.first_at) as next_at,
        lead(runs.state) over (partition by runs.probe_key order by runs.first_at) as next_state,
        lead(runs.first_file_id) over (
            partition by runs.probe_key order by runs.first_at
        ) as next_file_id,
        lead(runs.first_line) over (
            partition by runs.probe_key order by runs.first_at
        ) as next_line
    from runs
),

held as (
    select
        following.*,
        least(following.valid_until, coalesce(following.next_at, run.as_of), run.as_of)
            as held_until,
        coalesce(following.next_at <= following.valid_until, false) as is_followed
    from following
    cross join {{ source('landing', 'run') }} as run
),

marked as (
    select
        held.*,
        case
            when lag(held.state) over (partition by held.probe_key order by held.first_at)
                = held.state
                and lag(held.is_followed) over (partition by held.probe_key order by held.first_at)
                then 0
            else 1
        end as is_new
    from held
),

numbered as (
    select
        marked.*,
        sum(marked.is_new) over (
            partition by marked.probe_key order by marked.first_at
        ) as stretch_number,
        case
            when marked.is_followed and marked.next_state = marked.state then 0 else 1
        end as is_last
    from marked
    where marked.state <> 'unknown'
),

stretches as (
    select
        numbered.probe_key,
        numbered.stretch_number,
        numbered.state,
        sum(numbered.checks) as checks,
        min(numbered.first_at) as stretch_from,
        max(numbered.held_until) as stretch_until,
        max(case when numbered.is_new = 1 then numbered.period_us end) as period_us,
        max(case when numbered.is_new = 1 then numbered.first_file_id end) as first_file_id,
        max(case when numbered.is_new = 1 then numbered.first_line end) as first_line,
        max(case when numbered.is_last = 1 and numbered.is_followed then numbered.next_file_id end)
            as next_file_id,
        max(case when numbered.is_last = 1 and numbered.is_followed then numbered.next_line end)
            as next_line,
        max(case when numbered.is_last = 1 and numbered.is_followed then numbered.next_state end)
            as next_state
    from numbered
    group by numbered.probe_key, numbered.stretch_number, numbered.state
)

select
    probes.environment_id,
    probes.contract_id,
    probes.probe_id,
    stretches.probe_key,
    stretches.state = 'down' and stretches.checks >= terms.confirmation_checks as is_down,
    stretches.state = 'down' as is_failing,
    cast(stretches.checks as bigint) as checks,
    -- Of what was read before the window only what still holds in it is wanted; nothing fails across its start.
    greatest(stretches.stretch_from, coalesce(windows.kept_until, stretches.stretch_from))
        as stretch_from,
    stretches.stretch_until,
    stretches.period_us,
    stretches.first_file_id,
    stretches.first_line,
    stretches.next_file_id,
    stretches.next_line,
    stretches.next_state
from stretches
inner join {{ ref('int_probes') }} as probes on probes.probe_key = stretches.probe_key
inner join {{ ref('int_availability_terms') }} as terms
    on terms.contract_id = probes.contract_id
    and terms.stretch_from <= stretches.stretch_from
    and terms.stretch_until > stretches.stretch_from
inner join {{ ref('int_availability_windows') }} as windows
    on windows.environment_id = probes.environment_id
where windows.kept_until is null or windows.kept_until < stretches.stretch_until

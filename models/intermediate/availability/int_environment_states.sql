-- One row per environment and stretch of time in one state: up, down or unobserved (R4).
-- Probes by the contract's quorum among those observed, together with ready-made outages; cut to nothing yet.
with terms as (
    select * from {{ ref('int_availability_terms') }}
),

windows as (
    select * from {{ ref('int_availability_windows') }}
),

stretches as (
    select * from {{ ref('int_probe_stretches') }}
),

outages as (
    select * from {{ ref('int_outages_registered') }}
),

run as (
    select * from {{ source('landing', 'run') }}
),

-- What changes when: probes observed, probes down, ready-made outages under way.
steps as (
    select
        stretches.environment_id,
        stretches.stretch_from as step_at,
        1 as observed,
        case when stretches.is_down then 1 else 0 end as down,
        0 as known_outages
    from stretches

    union all

    select
        stretches.environment_id,
        stretches.stretch_until as step_at,
        -1 as observed,
        case when stretches.is_down then -1 else 0 end as down,
        0 as known_outages
    from stretches

    union all

    select
        outages.environment_id,
        outages.down_from as step_at,
        0,
        0,
        1
    from outages

    union all

    select
        outages.environment_id,
        outages.down_until as step_at,
        0,
        0,
        -1
    from outages

    union all

    select
        windows.environment_id,
        windows.window_from as step_at,
        0,
        0,
        0
    from windows
    where windows.window_from < windows.window_until

    union all

    select
        windows.environment_id,
        terms.stretch_from as step_at,
        0,
        0,
        0
    from windows
    inner join terms on terms.contract_id = windows.contract_id
    where terms.stretch_from > windows.window_from
        and terms.stretch_from < windows.window_until
),

summed as (
    select
        steps.environment_id,
        steps.step_at,
        sum(steps.observed) as observed,
        sum(steps.down) as down,
        sum(steps.known_outages) as known_outages
    from steps
    group by steps.environment_id, steps.step_at
),

counted as (
    select
        summed.environment_id,
        summed.step_at as state_from,
        lead(summed.step_at) over (
            partition by summed.environment_id order by summed.step_at
        ) as next_at,
        sum(summed.observed) over (
            partition by summed.environment_id order by summed.step_at
        ) as observed,
        sum(summed.down) over (partition by summed.environment_id order by summed.step_at) as down,
        sum(summed.known_outages) over (
            partition by summed.environment_id order by summed.step_at
        ) as known_outages
    from summed
),

stated as (
    select
        counted.environment_id,
        counted.state_from,
        coalesce(counted.next_at, run.as_of) as state_until,
        case
            when counted.known_outages > 0 then 'down'
            when counted.observed = 0 and windows.is_always_watched then 'up'
            when counted.observed = 0 then 'unobserved'
            when terms.quorum = 'any' and counted.down > 0 then 'down'
            when terms.quorum = 'all' and counted.down = counted.observed then 'down'
            when terms.quorum = 'majority' and 2 * counted.down > counted.observed then 'down'
            else 'up'
        end as state
    from counted
    inner join windows on windows.environment_id = counted.environment_id
    inner join terms
        on terms.contract_id = windows.contract_id
        and terms.stretch_from <= counted.state_from
        and terms.stretch_until > counted.state_from
    cross join run
    where counted.state_from < run.as_of
),

marked as (
    select
        stated.*,
        case
            when lag(stated.state)
                    over (
                        partition by stated.environment_id order by stated.state_from
                    )
                = stated.state then 0
            else 1
        end as is_new
    from stated
),

numbered as (
    select
        marked.*,
        sum(marked.is_new) over (
            partition by marked.environment_id order by marked.state_from
        ) as state_number
    from marked
)

select
    numbered.environment_id,
    numbered.state,
    min(numbered.state_from) as state_from,
    max(numbered.state_until) as state_until
from numbered
group by numbered.environment_id, numbered.state, numbered.state_number

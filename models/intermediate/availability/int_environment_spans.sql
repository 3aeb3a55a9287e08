-- One row per environment: the time its availability is measured over, and whether it was watched at all.
-- From the first month in which anything of the contract was monitored, or its opening if later, to as_of or its end;
-- where nothing ever was, from its opening, all unobserved.
with environments as (
    select * from {{ ref('stg_registry__environments') }}
),

days as (
    select * from {{ ref('int_contract_days') }}
),

run as (
    select * from {{ source('landing', 'run') }}
),

watched as (
    select
        probes.environment_id,
        min(probes.first_at) as first_at,
        true as has_checks
    from {{ ref('int_probes') }} as probes
    inner join run on run.as_of > probes.first_at
    group by probes.environment_id

    union all

    select
        outages.environment_id,
        min(outages.down_from) as first_at,
        false as has_checks
    from {{ source('landing', 'outages') }} as outages
    inner join run on run.as_of > outages.down_from
    where outages.down_until is null or outages.down_until >= outages.down_from -- one that ends before it begins proves nothing
    group by outages.environment_id
),

firsts as (
    select
        watched.environment_id,
        min(watched.first_at) as first_at,
        max(case when watched.has_checks then 1 else 0 end) = 1 as has_checks
    from watched
    group by watched.environment_id
),

contracts as (
    select
        environments.contract_id,
        coalesce(min(firsts.first_at), min({{ utc_midnight('environments.opened_on') }})) as first_at
    from environments
    left join firsts on firsts.environment_id = environments.environment_id
    group by environments.contract_id
),

starts as (
    select
        contracts.contract_id,
        -- What opened before the calendar begins is told from its first month on.
        coalesce(
            max(case when months.month_from <= contracts.first_at then months.month_from end),
            min(months.month_from)
        ) as start_at
    from contracts
    inner join {{ ref('int_contract_months') }} as months on months.contract_id = contracts.contract_id
    group by contracts.contract_id
)

select
    environments.environment_id,
    environments.contract_id,
    environments.client_id,
    environments.environment_kind,
    environments.is_production,
    coalesce(firsts.has_checks, false) as has_checks,
    firsts.environment_id is not null and not firsts.has_checks as is_always_watched,
    greatest(starts.start_at, coalesce(
        opening.day_from,
        case when environments.opened_on > starts_on.last_on then run.as_of end,
        starts.start_at
    )) as span_from,
    least(run.as_of, coalesce(
        closing.day_from,
        case when environments.closed_on <= starts_on.first_on then starts.start_at end,
        run.as_of
    )) as span_until
from environments
cross join run
inner join starts on starts.contract_id = environments.contract_id
inner join (
    select
        days.contract_id,
        min(days.day_on) as first_on,
        max(days.day_on) as last_on
    from days
    group by days.contract_id
) as starts_on on starts_on.contract_id = environments.contract_id
left join firsts on firsts.environment_id = environments.environment_id
left join days as opening
    on opening.contract_id = environments.contract_id
    and opening.day_on = environments.opened_on
left join days as closing
    on closing.contract_id = environments.contract_id
    and closing.day_on = environments.closed_on

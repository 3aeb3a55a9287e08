-- One row per probe of a registered environment that has checks, with what all of them together tell of it.
-- The only model that reads the summaries of all days: the others read those of their window.
with seen as (
    select
        probe_runs.probe_key,
        min(probe_runs.first_at) as first_at,
        max(probe_runs.period_us) as longest_period_us,
        max(case when probe_runs.period_us is null then 1 else 0 end) = 1 as is_period_deduced
    from {{ ref('stg_monitoring__probe_runs') }} as probe_runs
    group by probe_runs.probe_key
)

select
    probes.probe_key,
    probes.probe_id,
    environments.environment_id,
    environments.contract_id,
    seen.first_at,
    seen.longest_period_us,
    seen.is_period_deduced
from {{ source('landing', 'probes') }} as probes
inner join {{ ref('stg_registry__environments') }} as environments
    on environments.environment_id = probes.environment_id
inner join seen on seen.probe_key = probes.probe_key

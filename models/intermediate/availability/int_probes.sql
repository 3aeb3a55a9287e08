-- One row per probe of a registered environment.
select
    probes.probe_key,
    probes.probe_id,
    environments.environment_id,
    environments.contract_id,
from {{ ref('stg_monitoring__probes') }} as probes
inner join {{ ref('stg_registry__environments') }} as environments
    on environments.environment_id = probes.environment_id

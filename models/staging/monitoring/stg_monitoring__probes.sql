-- One row per probe.
select
    probes.probe_key,
    probes.environment_id,
    probes.probe_id,
from {{ source('landing', 'probes') }} as probes

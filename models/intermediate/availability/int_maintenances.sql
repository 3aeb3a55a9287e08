-- One row per registered maintenance, planned or urgent, with the contract whose rules it must keep (art. 5).
select
    interruptions.interruption_id,
    coalesce(interruptions.contract_id, environments.contract_id) as contract_id,
    interruptions.environment_id,
    interruptions.cause,
    interruptions.reason,
    coalesce(interruptions.is_blocking, false) as is_blocking,
    interruptions.announced_at,
    interruptions.starts_at,
    coalesce(interruptions.ends_at, greatest(interruptions.starts_at, run.as_of)) as ends_at,
    interruptions.ends_at is null as is_open_ended,
    interruptions.file_id,
    interruptions.line
from {{ source('landing', 'interruptions') }} as interruptions
left join {{ ref('stg_registry__environments') }} as environments
    on environments.environment_id = interruptions.environment_id
cross join {{ source('landing', 'run') }} as run
where interruptions.cause in ('maintenance_window', 'urgent_maintenance')

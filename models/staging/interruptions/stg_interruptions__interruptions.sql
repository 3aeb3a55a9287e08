-- One row per registered interruption, of one environment or of all environments of a contract.
select
    interruptions.interruption_id,
    interruptions.contract_id,
    interruptions.environment_id,
    interruptions.cause,
    interruptions.reason,
    interruptions.is_blocking,
    interruptions.announced_at,
    interruptions.starts_at,
    interruptions.ends_at,
    interruptions.file_id,
    interruptions.line,
from {{ source('landing', 'interruptions') }} as interruptions

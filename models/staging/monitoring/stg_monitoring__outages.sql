-- One row per outage known ready-made.
select
    outages.environment_id,
    outages.outage_id,
    outages.message,
    outages.down_from,
    outages.down_until,
    outages.file_id,
    outages.line,
from {{ source('landing', 'outages') }} as outages

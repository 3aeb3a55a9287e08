-- One row per ready-made outage of a registered environment in its window, as far as as_of sees; without an end it
-- lasts until as_of.
select
    outages.environment_id,
    windows.contract_id,
    outages.outage_id,
    outages.message,
    outages.down_from,
    least(coalesce(outages.down_until, run.as_of), run.as_of) as down_until,
    outages.file_id,
    outages.line
from {{ source('landing', 'outages') }} as outages
inner join {{ ref('int_availability_windows') }} as windows
    on windows.environment_id = outages.environment_id
inner join {{ source('landing', 'run') }} as run on run.as_of > outages.down_from
where (outages.down_until is null or outages.down_until > outages.down_from)
    and (windows.kept_until is null or windows.kept_until <= outages.down_from)

-- One row per probe check.
-- R3: degraded counts as up, the promise is "to access and to connect".
select
    checks.probe_key,
    case checks.status when 'degraded' then 'up' else cast(checks.status as string) end as state,
    checks.period_s,
    checks.checked_at,
    checks.sequence,
    checks.file_id,
    checks.line
from {{ source('landing', 'checks') }} as checks

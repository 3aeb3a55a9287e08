-- One row per probe, UTC day and length of the gap after a check that gives no period of its own.
select
    probe_gaps.probe_key,
    probe_gaps.day as utc_day,
    probe_gaps.gap_us,
    probe_gaps.gaps
from {{ source('landing', 'probe_gaps') }} as probe_gaps

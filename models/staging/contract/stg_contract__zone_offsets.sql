-- One row per stretch of constant UTC offset of a time zone.
select
    zone_offsets.time_zone,
    zone_offsets.utc_offset_s,
    zone_offsets.offset_from,
    zone_offsets.offset_until,
from {{ source('contract', 'zone_offsets') }} as zone_offsets

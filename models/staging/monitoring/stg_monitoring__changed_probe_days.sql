-- One row per probe and change of its checks since the stored months were computed: the first day that it touched.
select
    changed_probe_days.probe_key,
    changed_probe_days.day as utc_day,
from {{ source('landing', 'changed_probe_days') }} as changed_probe_days

-- One row per environment, content, night now due and place that any copy of it came to: what it
-- found there.
{{ config(materialized='view') }}

with copies as (
    select * from {{ ref('int_backup_due_copies') }}
)

select
    copies.environment_id,
    copies.content,
    copies.night_on,
    copies.place,
    max(case when copies.is_in_night and copies.is_good then 1 else 0 end) = 1 as is_covered,
    max(case when copies.is_in_night and copies.is_restorable then 1 else 0 end) = 1
        as is_restorable,
    cast(sum(case when copies.is_in_night and copies.is_good then 1 else 0 end) as bigint)
        as good_points,
    cast(sum(case
        when copies.is_good and not copies.is_in_night and copies.is_scheduled then 1 else 0
    end) as bigint) as late_points,
    cast(sum(case
        when copies.is_good and not copies.is_in_night and not copies.is_scheduled then 1 else 0
    end) as bigint) as manual_points,
    cast(sum(case when copies.quality = 'partial' then 1 else 0 end) as bigint) as partial_points,
    cast(sum(case
        when copies.quality = 'failed' and not copies.is_told_by_job then 1 else 0
    end) as bigint) as failed_points,
    cast(sum(case when copies.quality in ('damaged', 'broken_chain') then 1 else 0 end) as bigint)
        as unusable_points,
from copies
group by copies.environment_id, copies.content, copies.night_on, copies.place

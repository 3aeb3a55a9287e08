-- One row per environment, content, night now due and place that any copy of it came to: what it
-- found there.
{{ config(materialized='view') }}

with copies as (
    select
        holdings.place_key,
        due.*,
    from {{ ref('int_backup_due_copies') }} as due
    inner join {{ ref('int_backup_holdings') }} as holdings
        on holdings.holding_key = due.holding_key
)

select
    copies.place_key,
    copies.night_on,
    count(case when copies.is_in_night and copies.is_good then 1 end) as good_points,
    count(case when copies.is_in_night and copies.is_restorable then 1 end) as restorable_points,
    count(case
        when copies.is_good and not copies.is_in_night and copies.is_scheduled then 1
    end) as late_points,
    count(case
        when copies.is_good and not copies.is_in_night and not copies.is_scheduled then 1
    end) as manual_points,
    count(case when copies.quality = 'partial' then 1 end) as partial_points,
    count(case when copies.quality = 'failed' and not copies.is_told_by_job then 1 end)
        as failed_points,
    count(case when copies.quality in ('damaged', 'broken_chain') then 1 end) as unusable_points,
from copies
group by copies.place_key, copies.night_on

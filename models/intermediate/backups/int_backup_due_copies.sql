-- One row per copy that came to a night now due, or to the day after it.
with copies as (
    select * from {{ ref('int_backup_copies') }}
),

nights as (
    select * from {{ ref('int_backup_nights_promised') }}
)

select
    copies.point_key,
    copies.holding_key,
    copies.repository_id,
    copies.place,
    copies.environment_id,
    copies.content,
    copies.quality,
    copies.is_scheduled,
    copies.is_told_by_job,
    copies.is_in_night,
    copies.is_good,
    copies.is_restorable,
    copies.night_on,
    copies.started_at,
from copies
inner join nights
    on nights.contract_number = copies.contract_number
    and nights.content = copies.content
    and nights.night_on = copies.night_on
where nights.is_due

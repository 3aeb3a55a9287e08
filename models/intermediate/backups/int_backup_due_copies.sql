-- One row per copy that came to a night now due, or to the day after it.
with copies as (
    select * from {{ ref('int_backup_copies') }}
),

holdings as (
    select * from {{ ref('int_backup_holdings') }}
),

nights as (
    select * from {{ ref('int_backup_nights_promised') }} as promised
    where promised.is_due
)

select
    copies.point_key,
    copies.holding_key,
    copies.quality,
    copies.is_scheduled,
    copies.is_told_by_job,
    copies.is_in_night,
    copies.is_good,
    copies.is_restorable,
    coalesce(copies.missing_listed_at < nights.last_kept_until, false) as is_expired_early,
    copies.night_on,
    copies.started_at
from copies
inner join holdings on holdings.holding_key = copies.holding_key
inner join nights
    on nights.contract_number = holdings.contract_number
    and nights.content = holdings.content
    and nights.night_on = copies.night_on

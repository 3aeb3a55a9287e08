-- One row per copy of client data: until when it was owed, and what listings prove of it (R12). Of a
-- night that no contract promised, or that lies before its calendar, nothing is owed: its copy is
-- present, or gone undecidably.
{{ config(materialized='view') }}

with copies as (
    select * from {{ ref('int_backup_copies') }}
),

holdings as (
    select * from {{ ref('int_backup_holdings') }}
),

nights as (
    select * from {{ ref('int_backup_nights_promised') }}
)

select
    copies.point_key,
    copies.holding_key,
    holdings.contract_id,
    holdings.environment_id,
    copies.quality,
    nights.night_on is not null
    and copies.is_in_night
    and copies.is_good
    and copies.night_on >= holdings.opened_on
    and (holdings.closed_on is null or copies.night_on < holdings.closed_on) as is_promised,
    copies.is_restorable,
    copies.night_on,
    nights.last_kept_on as required_until,
    copies.started_at,
    copies.first_listed_at,
    copies.last_listed_at,
    copies.missing_listed_at,
    case
        when copies.missing_listed_at is null then 'present'
        when copies.missing_listed_at < nights.last_kept_until then 'expired_early'
        when copies.last_listed_at >= nights.last_kept_from then 'expired_on_time'
        else 'undecidable'
    end as verdict,
    copies.file_id,
    copies.line
from copies
inner join holdings on holdings.holding_key = copies.holding_key
left join nights
    on nights.contract_number = holdings.contract_number
    and nights.content = holdings.content
    and nights.night_on = copies.night_on
where holdings.content = 'data'

-- One row per environment, content, place and month in which a good point started there in a night:
-- those nights, one bit each. A month of nights is one number, so that years of them cost little.
with copies as (
    select * from {{ ref('int_backup_copies') }}
),

holdings as (
    select * from {{ ref('int_backup_holdings') }}
),

by_holding as (
    select
        copies.holding_key,
        cast(date_trunc('month', copies.night_on) as date) as month,
        bit_or({{ night_bit('copies.night_on') }}) as covered_nights,
    from copies
    where copies.is_in_night and copies.is_good
    group by copies.holding_key, cast(date_trunc('month', copies.night_on) as date)
)

select
    holdings.environment_id,
    holdings.content,
    holdings.place,
    by_holding.month,
    bit_or(by_holding.covered_nights) as covered_nights,
from by_holding
inner join holdings on holdings.holding_key = by_holding.holding_key
group by holdings.environment_id, holdings.content, holdings.place, by_holding.month

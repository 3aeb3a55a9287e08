-- One row per environment, content, place and month in which a good point started there in a night:
-- those nights, one bit each. A month of nights is one number, so that years of them cost little.
with copies as (
    select * from {{ ref('int_backup_copies') }}
),

holdings as (
    select * from {{ ref('int_backup_holdings') }}
),

-- Hundreds of nights, millions of copies: month and bit are told once for each night.
nights as (
    select distinct
        promised.night_on,
        cast(date_trunc('month', promised.night_on) as date) as month,
        {{ night_bit('promised.night_on') }} as night_bit
    from {{ ref('int_backup_night_bounds') }} as promised
),

by_holding as (
    select
        copies.holding_key,
        nights.month,
        bit_or(nights.night_bit) as covered_nights
    from copies
    inner join nights on nights.night_on = copies.night_on
    where copies.is_in_night and copies.is_good
    group by copies.holding_key, nights.month
)

select
    holdings.environment_id,
    holdings.content,
    holdings.place,
    by_holding.month,
    bit_or(by_holding.covered_nights) as covered_nights
from by_holding
inner join holdings on holdings.holding_key = by_holding.holding_key
group by holdings.environment_id, holdings.content, holdings.place, by_holding.month

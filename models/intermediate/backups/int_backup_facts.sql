-- One row per fact, points apart, by which copies are located, with the copies it concerns: those of
-- a holding (its contract), those that started on a UTC day under a contract (its nights), or all
-- that are younger than the instant asked.
with holdings as (
    select * from {{ ref('int_backup_holdings') }}
),

slices as (
    select * from {{ ref('int_backup_night_slices') }}
),

run as (
    select * from {{ ref('stg_run') }}
)

select
    cast(null as integer) as holding_key,
    cast(null as varchar) as contract_id,
    cast(null as date) as utc_day,
    cast(null as bigint) as nights_digest,
    run.as_of as asked_at,
from run

union all

select
    holdings.holding_key,
    case when holdings.contract_number is not null then holdings.contract_id end as contract_id,
    cast(null as date) as utc_day,
    cast(null as bigint) as nights_digest,
    cast(null as timestamptz) as asked_at,
from holdings

union all

select
    cast(null as integer) as holding_key,
    slices.contract_id,
    slices.utc_day,
    {{ combined_hash(row_hash(
        'slices.night_on', 'slices.is_in_night', 'slices.slice_from', 'slices.slice_until'
    )) }} as nights_digest,
    cast(null as timestamptz) as asked_at,
from slices
group by slices.contract_id, slices.utc_day

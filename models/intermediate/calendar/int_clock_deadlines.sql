-- One row per contract, clock, bucket of clock readings and opening window that reaches into it: the inverse look-up.
-- A reading falls in bucket ceil(reading / bucket_s); bucket_s is the clock's mean window, so a bucket has few windows.
with windows as (
    select * from {{ ref('int_clock_windows') }}
),

clocks as (
    select
        windows.contract_id,
        windows.clock,
        cast(greatest(ceil(cast(avg(windows.open_s) as double)), 1) as bigint) as bucket_s
    from windows
    group by windows.contract_id, windows.clock
),

bounds as (
    select
        windows.contract_id,
        windows.clock,
        clocks.bucket_s,
        windows.opens_at,
        windows.opened_before_s,
        cast(windows.opened_before_s + windows.open_s as decimal(18, 6)) as opened_until_s,
        cast(floor(cast(windows.opened_before_s as double) / clocks.bucket_s) as bigint)
            as first_bucket,
        cast(ceil(
            cast(windows.opened_before_s + windows.open_s as double) / clocks.bucket_s
        ) as bigint) as last_bucket
    from windows
    inner join clocks
        on clocks.contract_id = windows.contract_id and clocks.clock = windows.clock
)

select
    bounds.contract_id,
    bounds.clock,
    bounds.bucket_s,
    {{ number_series('bounds.first_bucket', 'bounds.last_bucket') }} as reading_bucket,
    bounds.opens_at as slice_from,
    bounds.opened_before_s,
    bounds.opened_until_s
from bounds

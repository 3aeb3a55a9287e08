-- One row per contract, clock and opening window in UTC, disjoint, with the seconds opened before it.
-- A window is the set of instants whose civil time lies in it: on the days the hour changes, an hour that does not exist
-- opens nothing and an hour that comes twice opens twice.
with clock_days as (
    select * from {{ ref('int_clock_days') }}
),

stretches as (
    select * from {{ ref('int_contract_stretches') }}
),

pieces as (
    select
        clock_days.contract_id,
        clock_days.clock,
        clock_days.day_on,
        greatest(
            {{ add_seconds(
                utc_midnight('clock_days.day_on'), 'clock_days.opens_s - stretches.utc_offset_s'
            ) }},
            stretches.stretch_from
        ) as opens_at,
        least(
            {{ add_seconds(
                utc_midnight('clock_days.day_on'), 'clock_days.closes_s - stretches.utc_offset_s'
            ) }},
            stretches.stretch_until
        ) as closes_at
    from clock_days
    inner join stretches
        on stretches.contract_id = clock_days.contract_id
        and stretches.day_on = clock_days.day_on
),

marked as (
    select
        pieces.*,
        case
            when pieces.opens_at <= max(pieces.closes_at)
                    over (
                        partition by pieces.contract_id, pieces.clock, pieces.day_on
                        order by pieces.opens_at, pieces.closes_at
                        rows between unbounded preceding and 1 preceding
                    )
                then 0
            else 1
        end as is_new
    from pieces
    where pieces.opens_at < pieces.closes_at
),

numbered as (
    select
        marked.*,
        sum(marked.is_new) over (
            partition by marked.contract_id, marked.clock, marked.day_on
            order by marked.opens_at, marked.closes_at
        ) as window_number
    from marked
),

windows as (
    select
        numbered.contract_id,
        numbered.clock,
        numbered.day_on,
        min(numbered.opens_at) as opens_at,
        max(numbered.closes_at) as closes_at
    from numbered
    group by numbered.contract_id, numbered.clock, numbered.day_on, numbered.window_number
),

measured as (
    select
        windows.*,
        {{ seconds_between('windows.opens_at', 'windows.closes_at') }} as open_s
    from windows
)

select
    measured.contract_id,
    measured.clock,
    measured.day_on,
    measured.opens_at,
    measured.closes_at,
    measured.open_s,
    cast(sum(measured.open_s) over (
        partition by measured.contract_id, measured.clock order by measured.opens_at
    ) - measured.open_s as decimal(18, 6)) as opened_before_s
from measured

-- One row per contract, clock, UTC day and slice of it that is all open or all closed: together they cover the whole
-- span, so an instant reads its clock by equality on (contract, clock, UTC day) and a range within it. A clock that a promise
-- names and that never opens is one closed stretch.
with windows as (
    select * from {{ ref('int_clock_windows') }}
),

named_clocks as (
    select
        int_targets.contract_id,
        int_targets.clock
    from {{ ref('int_targets') }} as int_targets
    where int_targets.clock is not null
    union
    select
        windows.contract_id,
        windows.clock
    from windows
),

spans as (
    select
        days.contract_id,
        min(days.day_from) as span_from,
        max(days.day_until) as span_until
    from {{ ref('int_contract_days') }} as days
    group by days.contract_id
),

following as (
    select
        windows.*,
        lead(windows.opens_at) over (
            partition by windows.contract_id, windows.clock order by windows.opens_at
        ) as next_opens_at,
        row_number() over (
            partition by windows.contract_id, windows.clock order by windows.opens_at
        ) as place
    from windows
),

stretches as (
    select
        following.contract_id,
        following.clock,
        true as is_open,
        following.opens_at as stretch_from,
        following.closes_at as stretch_until,
        following.opened_before_s,
        cast(null as {{ instant_type() }}) as next_opens_at
    from following

    union all

    select
        following.contract_id,
        following.clock,
        false as is_open,
        following.closes_at as stretch_from,
        coalesce(following.next_opens_at, spans.span_until) as stretch_until,
        following.opened_before_s + following.open_s as opened_before_s,
        following.next_opens_at
    from following
    inner join spans on spans.contract_id = following.contract_id

    union all

    select
        following.contract_id,
        following.clock,
        false as is_open,
        spans.span_from as stretch_from,
        following.opens_at as stretch_until,
        following.opened_before_s,
        following.opens_at as next_opens_at
    from following
    inner join spans on spans.contract_id = following.contract_id
    where following.place = 1

    union all

    select
        named_clocks.contract_id,
        named_clocks.clock,
        false as is_open,
        spans.span_from as stretch_from,
        spans.span_until as stretch_until,
        cast(0 as decimal(18, 6)) as opened_before_s,
        cast(null as {{ instant_type() }}) as next_opens_at
    from named_clocks
    inner join spans on spans.contract_id = named_clocks.contract_id
    left join following
        on following.contract_id = named_clocks.contract_id
        and following.clock = named_clocks.clock
        and following.place = 1
    where following.clock is null
),

utc_days as (
    select
        stretches.*,
        {{ day_series(
            'cast(stretches.stretch_from as date)', 'cast(stretches.stretch_until as date)'
        ) }} as utc_day
    from stretches
    where stretches.stretch_from < stretches.stretch_until
),

cut as (
    select
        utc_days.*,
        greatest(utc_days.stretch_from, {{ utc_midnight('utc_days.utc_day') }}) as slice_from,
        least(
            utc_days.stretch_until, {{ utc_midnight(add_days('utc_days.utc_day', 1)) }}
        ) as slice_until
    from utc_days
    where utc_days.stretch_until > {{ utc_midnight('utc_days.utc_day') }}
)

select
    cut.contract_id,
    cut.clock,
    cut.utc_day,
    cut.is_open,
    cut.slice_from,
    cut.slice_until,
    cut.next_opens_at,
    cast(cut.opened_before_s + case
        when cut.is_open then {{ seconds_between('cut.stretch_from', 'cut.slice_from') }} else 0
    end as decimal(18, 6)) as opened_before_s
from cut

-- One row per ticket and commitment that is counted: what its clock showed at the start, at the end, and where it stood.
-- Where the clock is closed at the start it begins at the next opening (R8); the reading is the same.
with limits as (
    select * from {{ ref('int_ticket_limits') }} as int_ticket_limits
    where int_ticket_limits.settled_as is null
),

slices as (
    select * from {{ ref('int_clock_slices') }}
)

select
    limits.contract_id,
    limits.ticket_id,
    limits.commitment,
    limits.clock,
    limits.unit,
    limits.value,
    limits.created_on,
    limits.started_at,
    limits.done_at,
    limits.ended_at,
    limits.as_of,
    case when started.is_open then limits.started_at else started.next_opens_at end
        as clock_started_at,
    cast(started.opened_before_s + case
        when started.is_open then {{ seconds_between('started.slice_from', 'limits.started_at') }}
        else 0
    end as decimal(18, 6)) as started_reading_s,
    cast(ended.opened_before_s + case
        when ended.is_open then {{ seconds_between('ended.slice_from', 'limits.ended_at') }}
        else 0
    end as decimal(18, 6)) as ended_reading_s,
from limits
left join slices as started
    on started.contract_id = limits.contract_id
    and started.clock = limits.clock
    and started.utc_day = cast(limits.started_at as date)
    and started.slice_from <= limits.started_at
    and started.slice_until > limits.started_at
left join slices as ended
    on ended.contract_id = limits.contract_id
    and ended.clock = limits.clock
    and ended.utc_day = cast(limits.ended_at as date)
    and ended.slice_from <= limits.ended_at
    and ended.slice_until > limits.ended_at

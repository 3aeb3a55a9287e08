-- One row per ticket and commitment: what its clock showed at the start and at the end, where time is counted. Where the clock
-- is closed at the start it begins at the next opening (R8); the reading is the same. Where it counts working days, the days and
-- seconds it had opened by the end of the day on which it started, which does not count itself (R10).
with limits as (
    select
        int_ticket_limits.*,
        -- A key of its own: a condition on one side of an outer join would cost a comparison with every slice.
        case when int_ticket_limits.settled_as is null then int_ticket_limits.clock end as running_clock
    from {{ ref('int_ticket_limits') }} as int_ticket_limits
),

slices as (
    select * from {{ ref('int_clock_slices') }}
),

working_days as (
    select * from {{ ref('int_clock_working_days') }}
)

select
    limits.*,
    cast(
        limits.value * case limits.unit when 'h' then 3600 when 'min' then 60 when 's' then 1 end
        as decimal(18, 6)
    ) as allowed_s,
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
    first_days.working_days as started_days,
    first_days.opened_until_s as started_s,
    first_days.is_followed
from limits
left join slices as started
    on started.contract_id = limits.contract_id
    and started.clock = limits.running_clock
    and started.utc_day = {{ utc_day('limits.started_at') }}
    and started.slice_from <= limits.started_at
    and started.slice_until > limits.started_at
left join slices as ended
    on ended.contract_id = limits.contract_id
    and ended.clock = limits.running_clock
    and ended.utc_day = {{ utc_day('limits.ended_at') }}
    and ended.slice_from <= limits.ended_at
    and ended.slice_until > limits.ended_at
left join working_days as first_days
    on first_days.contract_id = limits.contract_id
    and first_days.clock = limits.running_clock
    and first_days.utc_day = {{ utc_day('limits.started_at') }}
    and first_days.slice_from <= limits.started_at
    and first_days.slice_until > limits.started_at

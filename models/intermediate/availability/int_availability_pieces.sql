-- One row per environment and piece of time in which nothing changes: its state, its exclusion and its reference time.
with steps as (
    select * from {{ ref('int_environment_steps') }}
),

windows as (
    select * from {{ ref('int_availability_windows') }}
),

readings as (
    select
        steps.*,
        windows.contract_id,
        coalesce(
            slices.opened_before_s
            + case
                when slices.is_open then {{ seconds_between('slices.slice_from', 'steps.step_at') }}
                else 0
            end,
            0
        ) as reading_s
    from steps
    inner join windows on windows.environment_id = steps.environment_id
    left join {{ ref('int_clock_slices') }} as slices
        on slices.contract_id = windows.contract_id
        and slices.clock = 'reference'
        and slices.utc_day = cast(steps.step_at as date)
        and slices.slice_from <= steps.step_at
        and slices.slice_until > steps.step_at
),

pieces as (
    select
        readings.*,
        cast(lead(readings.reading_s) over (
            partition by readings.environment_id order by readings.step_at
        ) - readings.reading_s as decimal(18, 6)) as reference_s
    from readings
)

select
    pieces.environment_id,
    pieces.contract_id,
    months.month,
    pieces.step_at as piece_from,
    pieces.next_at as piece_until,
    case
        when pieces.is_down then 'down'
        when pieces.is_unobserved then 'unobserved'
        else 'up'
    end as state,
    case when pieces.is_down then pieces.down_from end as down_from,
    pieces.cause,
    targets.target_pct,
    pieces.reference_s
from pieces
inner join {{ ref('int_contract_months') }} as months
    on months.contract_id = pieces.contract_id
    and months.month_from <= pieces.step_at
    and months.month_until > pieces.step_at
left join {{ ref('int_availability_targets') }} as targets
    on targets.contract_id = pieces.contract_id
    and targets.target_from <= pieces.step_at
    and targets.target_until > pieces.step_at
where pieces.next_at is not null

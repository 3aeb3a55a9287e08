-- One row per counted commitment with a limit in hours, minutes or seconds: due instant and business time used, to the second.
-- A stretch of waiting moves the due instant when it begins before the limit is used up.
with readings as (
    select
        int_ticket_limit_readings.*,
        cast(int_ticket_limit_readings.value * case int_ticket_limit_readings.unit
            when 'h' then 3600
            when 'min' then 60
            when 's' then 1
        end as decimal(18, 6)) as allowed_s,
    from {{ ref('int_ticket_limit_readings') }} as int_ticket_limit_readings
    where int_ticket_limit_readings.unit in ('h', 'min', 's')
),

pauses as (
    select * from {{ ref('int_ticket_pause_readings') }}
),

deadlines as (
    select * from {{ ref('int_clock_deadlines') }}
),

buckets as (
    select
        deadlines.contract_id,
        deadlines.clock,
        min(deadlines.bucket_s) as bucket_s,
    from deadlines
    group by deadlines.contract_id, deadlines.clock
),

waited as (
    select
        readings.ticket_id,
        readings.commitment,
        cast(sum(greatest(
            least(pauses.until_reading_s, readings.ended_reading_s) - pauses.from_reading_s, 0
        )) as decimal(18, 6)) as waited_s,
        cast(sum(case
            when pauses.from_reading_s - readings.started_reading_s - pauses.waited_before_s
                < readings.allowed_s
                then pauses.until_reading_s - pauses.from_reading_s
            else 0
        end) as decimal(18, 6)) as moved_s,
    from readings
    inner join pauses
        on pauses.ticket_id = readings.ticket_id and pauses.commitment = readings.commitment
    group by readings.ticket_id, readings.commitment
),

counted as (
    select
        readings.*,
        coalesce(waited.waited_s, 0) as waited_s,
        cast(readings.started_reading_s + readings.allowed_s + coalesce(waited.moved_s, 0)
            as decimal(18, 6)) as due_reading_s,
        case
            when readings.ended_at <= readings.started_at then 0
            else cast(readings.ended_reading_s - readings.started_reading_s
                - coalesce(waited.waited_s, 0) as decimal(18, 6))
        end as elapsed_s,
    from readings
    left join waited
        on waited.ticket_id = readings.ticket_id and waited.commitment = readings.commitment
)

select
    counted.contract_id,
    counted.ticket_id,
    counted.commitment,
    counted.clock_started_at,
    case
        when counted.allowed_s = 0 then counted.clock_started_at
        else {{ add_seconds(
            'deadlines.slice_from', 'counted.due_reading_s - deadlines.opened_before_s'
        ) }}
    end as due_at,
    counted.allowed_s,
    counted.elapsed_s,
    counted.waited_s,
    case
        when counted.elapsed_s > counted.allowed_s then 'breached'
        when counted.done_at is null then 'running'
        else 'met'
    end as outcome,
from counted
left join buckets
    on buckets.contract_id = counted.contract_id and buckets.clock = counted.clock
left join deadlines
    on deadlines.contract_id = counted.contract_id
    and deadlines.clock = counted.clock
    and deadlines.reading_bucket
    = cast(ceil(cast(counted.due_reading_s as double) / buckets.bucket_s) as bigint)
    and deadlines.opened_before_s < counted.due_reading_s
    and deadlines.opened_until_s >= counted.due_reading_s

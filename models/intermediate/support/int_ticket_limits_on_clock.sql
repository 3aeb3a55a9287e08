-- One row per ticket and commitment: due instant and business time used, to the second, where the limit is in hours, minutes or
-- seconds; nothing where no time is counted or the limit is in working days. A stretch of waiting moves the due instant when it
-- begins before the limit is used up.
with readings as (
    select * from {{ ref('int_ticket_limit_readings') }}
),

waits as (
    select
        pauses.ticket_id,
        pauses.commitment,
        cast(sum(greatest(
            least(pauses.until_reading_s, pauses.ended_reading_s) - pauses.from_reading_s, 0
        )) as decimal(18, 6)) as waited_s,
        cast(sum(case
            when
                pauses.from_reading_s - pauses.started_reading_s - pauses.waited_before_s
                < pauses.allowed_s
                then pauses.until_reading_s - pauses.from_reading_s
            else 0
        end) as decimal(18, 6)) as moved_s
    from {{ ref('int_ticket_pause_readings') }} as pauses
    where pauses.allowed_s is not null
    group by pauses.ticket_id, pauses.commitment
),

deadlines as (
    select * from {{ ref('int_clock_deadlines') }}
),

counted as (
    select
        readings.*,
        case
            when readings.allowed_s is not null and readings.settled_as is null
                then coalesce(waits.waited_s, 0)
        end as waited_s,
        case
            when readings.allowed_s is not null
                then cast(
                        readings.started_reading_s + readings.allowed_s + coalesce(waits.moved_s, 0)
                        as decimal(18, 6)
                    )
        end as due_reading_s,
        case
            when readings.allowed_s is null or readings.settled_as is not null then null
            when readings.ended_at <= readings.started_at then 0
            else cast(
                    readings.ended_reading_s - readings.started_reading_s
                    - coalesce(waits.waited_s, 0) as decimal(18, 6)
                )
        end as elapsed_s
    from readings
    left join waits
        on waits.ticket_id = readings.ticket_id and waits.commitment = readings.commitment
)

select
    counted.*,
    case
        when counted.allowed_s = 0 then counted.clock_started_at
        else {{ add_seconds(
            'deadlines.slice_from', 'counted.due_reading_s - deadlines.opened_before_s'
        ) }}
    end as due_at,
    case
        when counted.settled_as is not null then counted.settled_as
        when counted.elapsed_s > counted.allowed_s then 'breached'
        when counted.elapsed_s is null then null
        when counted.done_at is null then 'running'
        else 'met'
    end as outcome
from counted
left join deadlines
    on deadlines.contract_id = counted.contract_id
    and deadlines.clock = counted.clock
    and deadlines.reading_bucket
    = cast(ceil(cast(counted.due_reading_s as double) / counted.bucket_s) as bigint)
    and deadlines.opened_before_s < counted.due_reading_s
    and deadlines.opened_until_s >= counted.due_reading_s

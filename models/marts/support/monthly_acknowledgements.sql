-- One row per contract, client and month of registration: electronic acknowledgements (art. 14), counted and timed; no limit is
-- promised. The delay is plain time from registration; an acknowledgement dated before it counts as immediate.
with tickets as (
    select
        commitments.contract_id,
        commitments.client_id,
        commitments.month,
        commitments.acknowledged_at,
        case
            when commitments.acknowledged_at is null then null
            when commitments.acknowledged_at <= commitments.created_at then 0
            else cast({{ seconds_between(
                'commitments.created_at', 'commitments.acknowledged_at'
            ) }} as double)
        end as delay_s
    from {{ ref('ticket_commitments') }} as commitments
    where commitments.commitment = 'take_in_charge'
),

counted as (
    select
        tickets.contract_id,
        tickets.client_id,
        tickets.month,
        count(*) as tickets,
        count(tickets.acknowledged_at) as acknowledged,
        {{ percentiles('tickets.delay_s', [0.5, 0.9]) }} as delay,
        max(tickets.delay_s) as delay_max_s
    from tickets
    group by tickets.contract_id, tickets.client_id, tickets.month
)

select
    counted.contract_id,
    counted.client_id,
    counted.month,
    counted.tickets,
    counted.acknowledged,
    cast(counted.acknowledged as double) * 100 / cast(counted.tickets as double)
        as acknowledged_pct,
    {{ percentile_at('counted.delay', 1) }} as delay_p50_s,
    {{ percentile_at('counted.delay', 2) }} as delay_p90_s,
    cast(counted.delay_max_s as decimal(18, 6)) as delay_max_s
from counted

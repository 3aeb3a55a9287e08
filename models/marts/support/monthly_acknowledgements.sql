-- One row per contract, client and month of registration: electronic acknowledgements (art. 14), counted and timed; no limit is
-- promised. The delay is plain time from registration; an acknowledgement dated before it counts as immediate.
with tickets as (
    select
        commitments.*,
        case
            when commitments.acknowledged_at is null then null
            when commitments.acknowledged_at <= commitments.created_at then 0
            else cast({{ seconds_between(
                'commitments.created_at', 'commitments.acknowledged_at'
            ) }} as double)
        end as delay_s,
    from {{ ref('ticket_commitments') }} as commitments
    where commitments.commitment = 'take_in_charge'
)

select
    tickets.contract_id,
    tickets.client_id,
    tickets.month,
    count(*) as tickets,
    count(tickets.acknowledged_at) as acknowledged,
    cast(count(tickets.acknowledged_at) as double) * 100 / cast(count(*) as double)
        as acknowledged_pct,
    cast(percentile_cont(0.5) within group (order by tickets.delay_s) as decimal(18, 6))
        as delay_p50_s,
    cast(percentile_cont(0.9) within group (order by tickets.delay_s) as decimal(18, 6))
        as delay_p90_s,
    cast(max(tickets.delay_s) as decimal(18, 6)) as delay_max_s,
from tickets
group by
    tickets.contract_id,
    tickets.client_id,
    tickets.month

-- One row per ticket that is open at as_of: how old it is in plain time, where it stands, and whether it waits on the customer.
-- Kept from run to run: only due tickets are looked at anew.
-- depends_on: {{ ref('int_ticket_due') }}
with tickets as (
    select * from {{ ref('int_tickets_placed') }} as int_tickets_placed
    where int_tickets_placed.closed_at is null
),

waiting as (
    select
        pauses.ticket_id,
        min(pauses.paused_from) as waiting_since
    from {{ ref('int_ticket_pauses') }} as pauses
    cross join {{ source('landing', 'run') }} as run
    where pauses.paused_from <= run.as_of
        and (pauses.paused_until is null or pauses.paused_until > run.as_of)
    group by pauses.ticket_id
),

verdicts as (
    select
        commitments.ticket_id,
        max(case when commitments.outcome = 'breached' then 1 else 0 end) = 1 as is_breached,
        max(case when commitments.outcome = 'awaiting_qualification' then 1 else 0 end) = 1
            as is_awaiting_qualification,
        max(case when commitments.outcome = 'not_covered' then 1 else 0 end) = 0 as is_covered,
        min(commitments.file) as file
    from {{ ref('ticket_commitments') }} as commitments
    where commitments.ticket_id in (select tickets.ticket_id from tickets)
    group by commitments.ticket_id
)

select
    tickets.contract_id,
    tickets.client_id,
    tickets.ticket_id,
    tickets.criticality,
    tickets.kind,
    case
        when waiting.ticket_id is not null then 'waiting'
        when tickets.taken_in_charge_at is null then 'not_taken'
        when tickets.is_anomaly and tickets.qualified_at is null then 'to_qualify'
        else 'in_progress'
    end as stage,
    verdicts.is_covered,
    verdicts.is_breached,
    verdicts.is_awaiting_qualification,
    tickets.reopenings,
    tickets.created_at,
    {{ seconds_between('tickets.created_at', 'tickets.as_of') }} as age_s,
    cast(
        floor(cast({{ seconds_between('tickets.created_at', 'tickets.as_of') }} as double) / 86400)
        as bigint
    ) as age_days,
    waiting.waiting_since,
    verdicts.file,
    tickets.line
from tickets
inner join verdicts on verdicts.ticket_id = tickets.ticket_id
left join waiting on waiting.ticket_id = tickets.ticket_id

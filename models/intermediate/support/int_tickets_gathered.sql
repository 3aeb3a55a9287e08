-- One row per support request, from our own format or derived from an event log; our own format wins.
with tickets as (
    select * from {{ ref('stg_tickets__tickets') }}
),

from_events as (
    select * from {{ ref('int_tickets_from_events') }}
)

select
    tickets.ticket_id,
    tickets.client_id,
    tickets.environment_id,
    tickets.user_id,
    tickets.channel,
    tickets.kind,
    tickets.criticality,
    tickets.criticality_given,
    tickets.anomaly_level,
    tickets.not_covered_reason,
    tickets.subject,
    cast(null as bigint) as reopenings,
    tickets.created_at,
    tickets.acknowledged_at,
    tickets.taken_in_charge_at,
    tickets.qualified_at,
    tickets.action_plan_at,
    tickets.fix_or_workaround_at,
    tickets.closed_at,
    tickets.file_id,
    tickets.line,
from tickets

union all

select
    from_events.ticket_id,
    from_events.client_id,
    from_events.environment_id,
    from_events.user_id,
    from_events.channel,
    from_events.kind,
    from_events.criticality,
    from_events.criticality_given,
    from_events.anomaly_level,
    from_events.not_covered_reason,
    from_events.subject,
    from_events.reopenings,
    from_events.created_at,
    from_events.acknowledged_at,
    from_events.taken_in_charge_at,
    from_events.qualified_at,
    from_events.action_plan_at,
    from_events.fix_or_workaround_at,
    from_events.closed_at,
    from_events.file_id,
    from_events.line,
from from_events
left join tickets on tickets.ticket_id = from_events.ticket_id
where tickets.ticket_id is null

-- One row per due support request registered by as_of, from our own format or derived from an event log; our own format wins.
-- What had not happened at as_of is not known yet. (The events of a log are cut at as_of already.)
with due as (
    select * from {{ ref('int_ticket_due') }}
),

tickets as (
    select * from {{ ref('stg_tickets__tickets') }} as stg_tickets__tickets
    where stg_tickets__tickets.ticket_id in (select due.ticket_id from due)
),

from_events as (
    select * from {{ ref('int_tickets_from_events') }}
),

run as (
    select * from {{ ref('stg_run') }}
),

sent as (
    select stg_tickets__tickets.ticket_id
    from {{ ref('stg_tickets__tickets') }} as stg_tickets__tickets
    cross join run
    where stg_tickets__tickets.created_at <= run.as_of
        and stg_tickets__tickets.ticket_id in (select due.ticket_id from due)
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
    cast(null as bigint) as reopenings,
    tickets.created_at,
    case when tickets.acknowledged_at <= run.as_of then tickets.acknowledged_at end
        as acknowledged_at,
    case when tickets.taken_in_charge_at <= run.as_of then tickets.taken_in_charge_at end
        as taken_in_charge_at,
    case when tickets.qualified_at <= run.as_of then tickets.qualified_at end as qualified_at,
    case when tickets.action_plan_at <= run.as_of then tickets.action_plan_at end as action_plan_at,
    case when tickets.fix_or_workaround_at <= run.as_of then tickets.fix_or_workaround_at end
        as fix_or_workaround_at,
    case when tickets.closed_at <= run.as_of then tickets.closed_at end as closed_at,
    run.as_of,
    tickets.file_id,
    tickets.line,
from tickets
cross join run
-- After a bare comparison DuckDB expects a hundred rows, and builds its hash tables from the tickets.
where coalesce(tickets.created_at <= run.as_of, false)

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
    from_events.reopenings,
    from_events.created_at,
    from_events.acknowledged_at,
    from_events.taken_in_charge_at,
    from_events.qualified_at,
    from_events.action_plan_at,
    from_events.fix_or_workaround_at,
    from_events.closed_at,
    run.as_of,
    from_events.file_id,
    from_events.line,
from from_events
cross join run
left join sent on sent.ticket_id = from_events.ticket_id
where sent.ticket_id is null

-- One row per environment or client and kind of log: when its first event happened.
select
    probes.environment_id,
    cast(null as string) as client_id,
    true as is_monitoring,
    min(probe_runs.first_at) as first_at
from {{ source('landing', 'probe_runs') }} as probe_runs
inner join {{ source('landing', 'probes') }} as probes on probes.probe_key = probe_runs.probe_key
group by probes.environment_id

union all

select
    outages.environment_id,
    cast(null as string) as client_id,
    true as is_monitoring,
    min(outages.down_from) as first_at
from {{ source('landing', 'outages') }} as outages
where outages.down_until is null or outages.down_until >= outages.down_from
group by outages.environment_id

union all

select
    cast(null as string) as environment_id,
    tickets.client_id,
    false as is_monitoring,
    min(least(tickets.created_at, tickets.qualified_at)) as first_at
from {{ source('landing', 'tickets') }} as tickets
group by tickets.client_id

union all

select
    cast(null as string) as environment_id,
    ticket_events.client_id,
    false as is_monitoring,
    min(ticket_events.event_at) as first_at
from {{ source('landing', 'ticket_events') }} as ticket_events
group by ticket_events.client_id

union all

select
    holdings.environment_id,
    cast(null as string) as client_id,
    false as is_monitoring,
    min(restore_points.started_at) as first_at
from {{ source('landing', 'restore_points') }} as restore_points
inner join {{ source('landing', 'holdings') }} as holdings
    on holdings.holding_key = restore_points.holding_key
group by holdings.environment_id

union all

select
    jobs.environment_id,
    cast(null as string) as client_id,
    false as is_monitoring,
    min(jobs.started_at) as first_at
from {{ source('landing', 'jobs') }} as jobs
group by jobs.environment_id

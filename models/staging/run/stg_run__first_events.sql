-- One row per environment or client and kind of log: when its first event happened.
select
    probes.environment_id,
    cast(null as varchar) as client_id,
    min(probe_runs.first_at) as first_at,
from {{ source('landing', 'probe_runs') }} as probe_runs
inner join {{ source('landing', 'probes') }} as probes on probes.probe_key = probe_runs.probe_key
group by probes.environment_id

union all

select
    outages.environment_id,
    cast(null as varchar) as client_id,
    min(outages.down_from) as first_at,
from {{ source('landing', 'outages') }} as outages
group by outages.environment_id

union all

select
    cast(null as varchar) as environment_id,
    tickets.client_id,
    min(tickets.created_at) as first_at,
from {{ source('landing', 'tickets') }} as tickets
group by tickets.client_id

union all

select
    cast(null as varchar) as environment_id,
    ticket_events.client_id,
    min(ticket_events.event_at) as first_at,
from {{ source('landing', 'ticket_events') }} as ticket_events
group by ticket_events.client_id

union all

select
    point_keys.environment_id,
    cast(null as varchar) as client_id,
    min(points.started_at) as first_at,
from {{ source('landing', 'points') }} as points
inner join {{ source('landing', 'point_keys') }} as point_keys
    on point_keys.point_key = points.point_key
group by point_keys.environment_id

union all

select
    jobs.environment_id,
    cast(null as varchar) as client_id,
    min(jobs.started_at) as first_at,
from {{ source('landing', 'jobs') }} as jobs
group by jobs.environment_id

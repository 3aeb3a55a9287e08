-- One row per ticket of an event log. Registration is its `created` event, else its first event; the first take-in-charge
-- counts; a criticality is the first one given (R9); a closing after which it is worked on, or waits, again is none.
{{ config(materialized='table') }}
with events as (
    select * from {{ ref('int_ticket_events_ordered') }}
)

select
    events.ticket_id,
    min_by(events.client_id, events.place) as client_id,
    min_by(events.environment_id, case when events.environment_id is not null then events.place end)
        as environment_id,
    min_by(events.user_id, case when events.user_id is not null then events.place end) as user_id,
    min_by(events.channel, events.place) as channel,
    case
        when max(case when events.role = 'qualified' then 1 else 0 end) = 1 then 'anomaly'
        else min_by(events.kind, events.place)
    end as kind,
    min_by(events.criticality, case when events.criticality_given is not null then events.place end)
        as criticality,
    min_by(
        events.criticality_given, case when events.criticality_given is not null then events.place end
    ) as criticality_given,
    min_by(events.anomaly_level, case when events.anomaly_level is not null then events.place end)
        as anomaly_level,
    max_by(
        events.not_covered_reason,
        case when events.not_covered_reason is not null then events.place end
    ) as not_covered_reason,
    coalesce(
        min(case when events.role = 'created' then events.event_at end), min(events.event_at)
    ) as created_at,
    min(case when events.role = 'acknowledged' then events.event_at end) as acknowledged_at,
    min(case when events.role = 'taken_in_charge' then events.event_at end) as taken_in_charge_at,
    min(events.first_qualified_at) as qualified_at,
    min(case
        when events.role = 'action_plan'
            and events.event_at >= coalesce(events.first_qualified_at, events.event_at)
            then events.event_at
    end) as action_plan_at,
    min(case
        when events.role = 'fix_or_workaround'
            and events.event_at >= coalesce(events.first_qualified_at, events.event_at)
            then events.event_at
    end) as fix_or_workaround_at,
    max(case
        when events.role = 'closed' and events.next_opening_place is null then events.event_at
    end) as closed_at,
    cast(sum(case
        when events.is_opening
            and events.last_closed_place > coalesce(events.last_opening_place, 0) then 1
        else 0
    end) as bigint) as reopenings,
    min_by(events.file_id, events.place) as file_id,
    min_by(events.line, events.place) as line
from events
group by events.ticket_id

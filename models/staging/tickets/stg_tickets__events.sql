-- One row per event of a help desk's log, with what it means for the commitments.
-- `is_work`: somebody acts on the ticket; it ends a pause. `is_opening`: that, or it waits: after a closing it is open again.
select
    ticket_events.ticket_id,
    ticket_events.client_id,
    ticket_events.environment_id,
    ticket_events.user_id,
    ticket_events.agent,
    ticket_events.event,
    ticket_events.role,
    ticket_events.channel,
    ticket_events.kind,
    ticket_events.criticality,
    ticket_events.criticality_given,
    ticket_events.anomaly_level,
    ticket_events.not_covered_reason,
    ticket_events.subject,
    ticket_events.role in (
        'taken_in_charge', 'qualified', 'action_plan', 'fix_or_workaround', 'reopened', 'resumed'
    ) as is_work,
    ticket_events.role in (
        'taken_in_charge', 'qualified', 'action_plan', 'fix_or_workaround', 'reopened', 'resumed',
        'paused'
    ) as is_opening,
    ticket_events.event_at,
    ticket_events.file_id,
    ticket_events.line,
    ticket_events.sequence
from {{ source('landing', 'ticket_events') }} as ticket_events

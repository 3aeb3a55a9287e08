-- One row per stretch in which a due ticket waited on the customer, sent or derived from an event log; no end: still waiting.
-- Sent without an end and again with one, it is the one with an end (R35).
with due as (
    select * from {{ ref('int_ticket_due') }}
),

pauses as (
    select
        pauses.*,
        max(
            case
                when pauses.paused_until > pauses.paused_from
                    then pauses.paused_until
            end
        ) over (
            partition by pauses.ticket_id, pauses.paused_from
        ) as last_until
    from {{ source('landing', 'pauses') }} as pauses
    where pauses.ticket_id in (select due.ticket_id from due)
),

events as (
    select * from {{ ref('int_ticket_events_ordered') }}
)

select
    pauses.ticket_id,
    pauses.reason,
    pauses.paused_from,
    pauses.paused_until,
    pauses.file_id,
    pauses.line
from pauses
where pauses.paused_until is not null or pauses.last_until is null

union all

select
    events.ticket_id,
    events.event as reason,
    events.event_at as paused_from,
    events.next_step_at as paused_until,
    events.file_id,
    events.line
from events
where events.role = 'paused'

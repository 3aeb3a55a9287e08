-- One row per ticket whose verdicts and lists, though nothing of it changes, will be others at a later instant: it is open, a limit
-- of it counts on, it awaits qualification, waits on the customer, or something of it lies after as_of.
{{ config(materialized='table') }}
with run as (
    select * from {{ source('landing', 'run') }}
)

select tickets.ticket_id
from {{ ref('int_tickets_placed') }} as tickets
where tickets.closed_at is null

union

select limits.ticket_id
from {{ ref('int_ticket_limits') }} as limits
where limits.settled_as = 'awaiting_qualification'
    or (limits.settled_as is null and limits.done_at is null)

union

select pauses.ticket_id
from {{ ref('int_ticket_pauses') }} as pauses
cross join run
where pauses.paused_until is null
    or pauses.paused_until > run.as_of
    or pauses.paused_from > run.as_of

union

select tickets.ticket_id
from {{ ref('stg_tickets__tickets') }} as tickets
cross join run
where greatest(
        tickets.created_at,
        tickets.acknowledged_at,
        tickets.taken_in_charge_at,
        tickets.qualified_at,
        tickets.action_plan_at,
        tickets.fix_or_workaround_at,
        tickets.closed_at
    ) > run.as_of

union

select changes.ticket_id
from {{ ref('stg_tickets__criticality_changes') }} as changes
cross join run
where changes.changed_at > run.as_of

union

select events.ticket_id
from {{ ref('stg_tickets__events') }} as events
cross join run
where events.event_at > run.as_of

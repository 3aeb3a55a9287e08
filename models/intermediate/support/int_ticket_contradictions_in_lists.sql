-- One row per row of pauses, changes or events of a due ticket, known at as_of, that does not fit it.
with due as (
    select * from {{ ref('int_ticket_due') }}
),

tickets as (
    select
        int_tickets_placed.ticket_id,
        int_tickets_placed.created_at
    from {{ ref('int_tickets_placed') }} as int_tickets_placed
),

run as (
    select * from {{ source('landing', 'run') }}
),

from_events as (
    select * from {{ ref('int_tickets_from_events') }}
),

sent as (
    select
        stg_tickets__tickets.ticket_id,
        stg_tickets__tickets.created_at
    from {{ ref('stg_tickets__tickets') }} as stg_tickets__tickets
    cross join run
    where stg_tickets__tickets.created_at <= run.as_of
        and stg_tickets__tickets.ticket_id in (select due.ticket_id from due)
),

changes as (
    select stg_tickets__criticality_changes.*
    from {{ ref('stg_tickets__criticality_changes') }} as stg_tickets__criticality_changes
    cross join run
    where stg_tickets__criticality_changes.changed_at <= run.as_of
        and stg_tickets__criticality_changes.ticket_id in (select due.ticket_id from due)
),

pauses as (
    select
        pauses.ticket_id,
        pauses.reason,
        pauses.paused_from,
        case
            when pauses.paused_until <= run.as_of then pauses.paused_until
        end as paused_until,
        pauses.paused_until <= run.as_of
        and count(case when pauses.paused_until <= run.as_of then 1 end) over (
            partition by pauses.ticket_id, pauses.paused_from
        ) > 1 as is_of_several,
        pauses.file_id,
        pauses.line
    from {{ source('landing', 'pauses') }} as pauses
    cross join run
    where pauses.paused_from <= run.as_of
        and pauses.ticket_id in (select due.ticket_id from due)
)

select
    pauses.ticket_id,
    case
        when tickets.ticket_id is null then 'pause_of_unknown_ticket'
        when pauses.paused_until <= pauses.paused_from then 'pause_ends_before_it_starts'
        when pauses.paused_until <= tickets.created_at then 'pause_ends_before_registration'
        else 'pause_with_several_ends'
    end as rule,
    pauses.reason as value,
    pauses.paused_until as early_at,
    pauses.paused_from as late_at,
    pauses.file_id,
    pauses.line
from pauses
left join tickets on tickets.ticket_id = pauses.ticket_id
where tickets.ticket_id is null
    or pauses.paused_until <= pauses.paused_from
    or pauses.paused_until <= tickets.created_at
    or pauses.is_of_several

union all

select
    changes.ticket_id,
    'change_of_unknown_ticket' as rule,
    changes.criticality_given as value,
    cast(null as {{ instant_type() }}) as early_at,
    changes.changed_at as late_at,
    changes.file_id,
    changes.line
from changes
left join tickets on tickets.ticket_id = changes.ticket_id
where tickets.ticket_id is null

union all

select
    from_events.ticket_id,
    'ticket_in_two_sources' as rule,
    cast(null as string) as value,
    sent.created_at as early_at,
    from_events.created_at as late_at,
    from_events.file_id,
    from_events.line
from from_events
inner join sent on sent.ticket_id = from_events.ticket_id

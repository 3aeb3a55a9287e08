-- One row per ticket and criticality it was given, the one at registration included; only that one sets the limit (R9).
-- Kept from run to run: only due tickets are told anew.
with due as (
    select * from {{ ref('int_ticket_due') }}
),

tickets as (
    select * from {{ ref('int_tickets_placed') }}
),

events as (
    select * from {{ ref('int_ticket_events_ordered') }}
),

files as (
    select * from {{ source('landing', 'files') }}
),

given as (
    select
        changes.ticket_id,
        changes.criticality,
        changes.criticality_given,
        changes.changed_at,
        1 as place,
        changes.file_id,
        changes.line
    from {{ ref('stg_tickets__criticality_changes') }} as changes
    cross join {{ source('landing', 'run') }} as run
    where changes.changed_at <= run.as_of
        and changes.ticket_id in (select due.ticket_id from due)

    union all

    select
        events.ticket_id,
        events.criticality,
        events.criticality_given,
        events.event_at as changed_at,
        events.place,
        events.file_id,
        events.line
    from events
    where events.criticality_given is not null

    union all

    select
        tickets.ticket_id,
        tickets.criticality,
        tickets.criticality_given,
        tickets.created_at as changed_at,
        0 as place,
        tickets.file_id,
        tickets.line
    from tickets
    where tickets.criticality_given is not null
),

-- Most tickets keep the criticality they were registered with: there is nothing to order.
changed as (
    select distinct given.ticket_id
    from given
    where given.place > 0
),

following as (
    select
        given.*,
        row_number() over (
            partition by given.ticket_id
            order by given.changed_at, given.place, given.file_id, given.line
        ) as step,
        lag(given.criticality) over (
            partition by given.ticket_id
            order by given.changed_at, given.place, given.file_id, given.line
        ) as previous_criticality,
        lag(given.criticality_given) over (
            partition by given.ticket_id
            order by given.changed_at, given.place, given.file_id, given.line
        ) as previous_given
    from given
    inner join changed on changed.ticket_id = given.ticket_id

    union all

    select
        given.*,
        1 as step,
        cast(null as string) as previous_criticality,
        cast(null as string) as previous_given
    from given
    left join changed on changed.ticket_id = given.ticket_id
    where changed.ticket_id is null
)

select
    tickets.contract_id,
    tickets.client_id,
    following.ticket_id,
    following.step as place,
    following.previous_criticality as criticality_before,
    following.criticality,
    following.criticality_given,
    following.step = 1 as is_at_registration,
    following.changed_at,
    files.name as file,
    following.line
from following
inner join tickets on tickets.ticket_id = following.ticket_id
left join files on files.file_id = following.file_id
where following.step = 1
    or following.criticality_given <> following.previous_given

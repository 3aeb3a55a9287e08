-- One row per ticket that may be judged otherwise than in the build before: something of it was read or taken back, it was not
-- settled, or a fact that concerns it came, went or changed. All of them where a fact concerns all, where the instant asked lies
-- before the one asked then, or where nothing is remembered of that build.
{{ config(materialized='table') }}
with tickets as (
    select * from {{ ref('stg_tickets__tickets') }}
),

events as (
    select * from {{ ref('stg_tickets__events') }}
),

known as (
    select * from {{ source('landing', 'ticket_facts') }}
),

found as (
    select * from {{ ref('int_ticket_facts') }}
),

differing as (
    (
        select * from found
        where found.asked_at is null
        except
        select * from known
    )
    union all
    (
        select * from known
        where known.asked_at is null
        except
        select * from found
    )
),

-- Readings after this one are news; -1: all are.
news as (
    select
        case
            when remembered.asked_at <= asked.asked_at and general.facts = 0
                then remembered.newest_file_id
            else -1
        end as read_until,
    from (select max(found.asked_at) as asked_at from found) as asked
    cross join (
        select
            max(known.asked_at) as asked_at,
            max(known.newest_file_id) as newest_file_id,
        from known
    ) as remembered
    cross join (
        select count(*) as facts
        from differing
        where differing.environment_id is null and differing.client_id is null
    ) as general
),

-- Where all are touched, nobody need ask whom a fact concerns.
concerned as (
    select
        differing.environment_id,
        differing.client_id,
        differing.user_id,
    from differing
    cross join news
    where news.read_until >= 0
)

select changed.ticket_id
from {{ source('landing', 'changed_tickets') }} as changed

union

select unsettled.ticket_id
from {{ source('landing', 'unsettled_tickets') }} as unsettled

union

select tickets.ticket_id
from tickets
cross join news
where coalesce(tickets.file_id > news.read_until, false)

union

select events.ticket_id
from events
cross join news
where coalesce(events.file_id > news.read_until, false)

union

select pauses.ticket_id
from {{ source('landing', 'pauses') }} as pauses
cross join news
where coalesce(pauses.file_id > news.read_until, false)

union

select changes.ticket_id
from {{ ref('stg_tickets__criticality_changes') }} as changes
cross join news
where coalesce(changes.file_id > news.read_until, false)

union

select tickets.ticket_id
from tickets
inner join concerned on concerned.environment_id = tickets.environment_id

union

select tickets.ticket_id
from tickets
inner join concerned
    on concerned.client_id = tickets.client_id
    and coalesce(concerned.user_id, tickets.user_id, '') = coalesce(tickets.user_id, '')

union

select events.ticket_id
from events
inner join concerned on concerned.environment_id = events.environment_id

union

select events.ticket_id
from events
inner join concerned
    on concerned.client_id = events.client_id and concerned.user_id is null

union

-- The events of a ticket may name its client and its user in different places.
select events.ticket_id
from events
inner join concerned on concerned.user_id = events.user_id

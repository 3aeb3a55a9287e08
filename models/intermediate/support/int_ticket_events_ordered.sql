-- One row per event of a due ticket that had happened at as_of, numbered within its ticket: by time, in the same second by
-- file and line.
{{ config(materialized='table') }}
with due as (
    select * from {{ ref('int_ticket_due') }}
),

events as (
    select * from {{ ref('stg_tickets__events') }} as stg_tickets__events
    where stg_tickets__events.ticket_id in (select due.ticket_id from due)
),

run as (
    select * from {{ source('landing', 'run') }}
),

numbered as (
    select
        events.*,
        row_number() over (
            partition by events.ticket_id
            order by events.event_at, events.file_id, events.line, events.sequence
        ) as place
    from events
    cross join run
    where events.event_at <= run.as_of
)

select
    numbered.*,
    min(case when numbered.role = 'qualified' then numbered.event_at end) over (
        partition by numbered.ticket_id
    ) as first_qualified_at,
    min(case when numbered.is_work or numbered.role = 'closed' then numbered.event_at end) over (
        partition by numbered.ticket_id order by numbered.place
        rows between 1 following and unbounded following
    ) as next_step_at,
    min(case when numbered.is_opening then numbered.place end) over (
        partition by numbered.ticket_id order by numbered.place
        rows between 1 following and unbounded following
    ) as next_opening_place,
    max(case when numbered.is_opening then numbered.place end) over (
        partition by numbered.ticket_id order by numbered.place
        rows between unbounded preceding and 1 preceding
    ) as last_opening_place,
    max(case when numbered.role = 'closed' then numbered.place end) over (
        partition by numbered.ticket_id order by numbered.place
        rows between unbounded preceding and 1 preceding
    ) as last_closed_place
from numbered

-- One row per ticket that was judged: by what, and the instants asked at which all that is kept of it is the same. What is open,
-- counts on, awaits qualification or waits on the customer is another at every instant; the rest until something more of it lies
-- behind.
-- depends_on: {{ ref('ticket_commitments') }}, {{ ref('ticket_criticality_changes') }}, {{ ref('ticket_contradictions') }}
-- depends_on: {{ ref('open_ticket_ages') }}
with due as (
    select * from {{ ref('int_ticket_due') }} as int_ticket_due
    where int_ticket_due.fingerprint is not null
),

run as (
    select * from {{ source('landing', 'run') }}
),

running as (
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
    where pauses.paused_from <= run.as_of
        and (pauses.paused_until is null or pauses.paused_until > run.as_of)
),

instants as (
    {% for told, column in [
        (ref('stg_tickets__tickets'), 'created_at'),
        (ref('stg_tickets__tickets'), 'acknowledged_at'),
        (ref('stg_tickets__tickets'), 'taken_in_charge_at'),
        (ref('stg_tickets__tickets'), 'qualified_at'),
        (ref('stg_tickets__tickets'), 'action_plan_at'),
        (ref('stg_tickets__tickets'), 'fix_or_workaround_at'),
        (ref('stg_tickets__tickets'), 'closed_at'),
        (source('landing', 'pauses'), 'paused_from'),
        (source('landing', 'pauses'), 'paused_until'),
        (ref('stg_tickets__criticality_changes'), 'changed_at'),
        (ref('stg_tickets__events'), 'event_at')
    ] %}
        select
            told.ticket_id,
            told.{{ column }} as happens_at
        from {{ told }} as told
        inner join due on due.ticket_id = told.ticket_id
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

stretches as (
    select
        instants.ticket_id,
        max(case when instants.happens_at <= run.as_of then instants.happens_at end) as last_at,
        min(case when instants.happens_at > run.as_of then instants.happens_at end) as next_at
    from instants
    cross join run
    group by instants.ticket_id
)

select
    due.ticket_id,
    due.fingerprint,
    case when running.ticket_id is null then coalesce(stretches.last_at, run.as_of) else run.as_of end
        as stands_from,
    case
        when running.ticket_id is not null then {{ add_seconds('run.as_of', '0.000001') }}
        else coalesce(stretches.next_at, {{ utc_midnight("date '9999-12-31'") }})
    end as stands_until
from due
cross join run
left join running on running.ticket_id = due.ticket_id
left join stretches on stretches.ticket_id = due.ticket_id

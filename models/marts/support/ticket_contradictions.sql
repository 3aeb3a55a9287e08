-- One row per contradiction found about a ticket: kept beside the figures, never taken out of them. Each is about one ticket, so
-- they stay from run to run, and only those of due tickets are looked for anew.
-- depends_on: {{ ref('int_ticket_due') }}
with tickets as (
    select
        int_tickets_placed.ticket_id,
        int_tickets_placed.contract_id,
        int_tickets_placed.client_id,
        int_tickets_placed.file_id,
        int_tickets_placed.line
    from {{ ref('int_tickets_placed') }} as int_tickets_placed
),

files as (
    select * from {{ source('landing', 'files') }}
),

found as (
    select
        in_time.ticket_id,
        in_time.rule,
        cast(null as string) as value,
        in_time.early_at,
        in_time.late_at,
        cast(null as integer) as file_id,
        cast(null as bigint) as line
    from {{ ref('int_ticket_contradictions_in_time') }} as in_time

    union all

    select
        in_facts.ticket_id,
        in_facts.rule,
        in_facts.value,
        cast(null as {{ instant_type() }}) as early_at,
        cast(null as {{ instant_type() }}) as late_at,
        cast(null as integer) as file_id,
        cast(null as bigint) as line
    from {{ ref('int_ticket_contradictions_in_facts') }} as in_facts

    union all

    select
        in_lists.ticket_id,
        in_lists.rule,
        in_lists.value,
        in_lists.early_at,
        in_lists.late_at,
        in_lists.file_id,
        in_lists.line
    from {{ ref('int_ticket_contradictions_in_lists') }} as in_lists
),

placed as (
    select
        found.*,
        tickets.contract_id,
        tickets.client_id,
        coalesce(found.file_id, tickets.file_id) as told_in_file_id,
        case when found.file_id is null then tickets.line else found.line end as told_on_line
    from found
    left join tickets on tickets.ticket_id = found.ticket_id
)

select
    placed.contract_id,
    placed.client_id,
    placed.ticket_id,
    placed.rule,
    placed.value,
    placed.early_at,
    placed.late_at,
    files.name as file,
    placed.told_on_line as line
from placed
left join files on files.file_id = placed.told_in_file_id

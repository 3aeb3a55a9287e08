-- One row per contradiction found about a ticket: kept beside the figures, never taken out of them.
with tickets as (
    select * from {{ ref('int_tickets_placed') }}
),

files as (
    select * from {{ ref('stg_run__files') }}
),

found as (
    select
        in_time.ticket_id,
        in_time.rule,
        cast(null as varchar) as value,
        in_time.early_at,
        in_time.late_at,
        tickets.file_id,
        tickets.line,
    from {{ ref('int_ticket_contradictions_in_time') }} as in_time
    inner join tickets on tickets.ticket_id = in_time.ticket_id

    union all

    select
        in_facts.ticket_id,
        in_facts.rule,
        in_facts.value,
        cast(null as timestamptz) as early_at,
        cast(null as timestamptz) as late_at,
        tickets.file_id,
        tickets.line,
    from {{ ref('int_ticket_contradictions_in_facts') }} as in_facts
    inner join tickets on tickets.ticket_id = in_facts.ticket_id

    union all

    select
        in_lists.ticket_id,
        in_lists.rule,
        in_lists.value,
        in_lists.early_at,
        in_lists.late_at,
        in_lists.file_id,
        in_lists.line,
    from {{ ref('int_ticket_contradictions_in_lists') }} as in_lists
)

select
    tickets.contract_id,
    tickets.client_id,
    found.ticket_id,
    found.rule,
    found.value,
    found.early_at,
    found.late_at,
    files.name as file,
    found.line,
from found
left join tickets on tickets.ticket_id = found.ticket_id
left join files on files.file_id = found.file_id

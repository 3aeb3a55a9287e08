-- One row per ticket and stretch of waiting that stops its clock, disjoint: only where the contract's term
-- `waiting_stops_clock` says so at registration. A stretch that had not ended at as_of lasts until then.
{{ config(materialized='table') }}
with pauses as (
    select * from {{ ref('int_ticket_pauses') }}
),

tickets as (
    select * from {{ ref('int_tickets_placed') }}
),

terms as (
    select
        int_terms.contract_id,
        int_terms.valid_from,
        coalesce(int_terms.valid_until, date '9999-12-31') as valid_until
    from {{ ref('int_terms') }} as int_terms
    where int_terms.term = 'waiting_stops_clock' and int_terms.value = 'true'
),

stopping as (
    select
        tickets.contract_id,
        tickets.ticket_id,
        pauses.paused_from,
        least(coalesce(pauses.paused_until, tickets.as_of), tickets.as_of) as paused_until
    from pauses
    inner join tickets on tickets.ticket_id = pauses.ticket_id
    inner join terms
        on terms.contract_id = tickets.contract_id
        and terms.valid_from <= tickets.created_on
        and terms.valid_until > tickets.created_on
    where pauses.paused_from < tickets.as_of
        and pauses.paused_from < coalesce(pauses.paused_until, tickets.as_of)
),

marked as (
    select
        stopping.*,
        case
            when stopping.paused_from <= max(stopping.paused_until)
                    over (
                        partition by stopping.ticket_id
                        order by stopping.paused_from, stopping.paused_until
                        rows between unbounded preceding and 1 preceding
                    )
                then 0
            else 1
        end as is_new
    from stopping
),

numbered as (
    select
        marked.*,
        sum(marked.is_new) over (
            partition by marked.ticket_id
            order by marked.paused_from, marked.paused_until
            rows between unbounded preceding and current row
        ) as stretch
    from marked
)

select
    numbered.contract_id,
    numbered.ticket_id,
    min(numbered.paused_from) as paused_from,
    max(numbered.paused_until) as paused_until
from numbered
group by numbered.contract_id, numbered.ticket_id, numbered.stretch

-- One row per ticket to which no delay is promised: why, and by which article. The reason the source gives comes first, then
-- the contract's row for channel and kind, for the channel, for the kind.
with tickets as (
    select * from {{ ref('int_tickets_placed') }}
),

coverage as (
    select * from {{ ref('stg_contract__coverage') }}
),

terms as (
    select * from {{ ref('int_terms') }} as int_terms
    where int_terms.term = 'unlisted_reason_excludes' and int_terms.value = 'true'
),

found as (
    select
        tickets.ticket_id,
        coverage.reason,
        coverage.clause,
        1 as precedence,
    from tickets
    inner join coverage
        on coverage.contract_id = tickets.contract_id
        and coverage.reason = tickets.reason_given
        and coverage.valid_from <= tickets.created_on
        and (coverage.valid_until is null or coverage.valid_until > tickets.created_on)
    where coverage.channel is null and coverage.kind is null

    union all

    select
        tickets.ticket_id,
        tickets.reason_given as reason,
        cast(null as varchar) as clause,
        2 as precedence,
    from tickets
    inner join terms
        on terms.contract_id = tickets.contract_id
        and terms.valid_from <= tickets.created_on
        and (terms.valid_until is null or terms.valid_until > tickets.created_on)
    where tickets.reason_given is not null

    union all

    select
        tickets.ticket_id,
        coverage.reason,
        coverage.clause,
        case when coverage.kind is null then 4 else 3 end as precedence,
    from tickets
    inner join coverage
        on coverage.contract_id = tickets.contract_id
        and coverage.channel = tickets.channel
        and coalesce(coverage.kind, tickets.kind) = tickets.kind
        and coverage.valid_from <= tickets.created_on
        and (coverage.valid_until is null or coverage.valid_until > tickets.created_on)

    union all

    select
        tickets.ticket_id,
        coverage.reason,
        coverage.clause,
        5 as precedence,
    from tickets
    inner join coverage
        on coverage.contract_id = tickets.contract_id
        and coverage.kind = tickets.kind
        and coverage.valid_from <= tickets.created_on
        and (coverage.valid_until is null or coverage.valid_until > tickets.created_on)
    where coverage.channel is null
),

ranked as (
    select
        found.*,
        row_number() over (
            partition by found.ticket_id order by found.precedence, found.reason, found.clause
        ) as place,
    from found
)

select
    ranked.ticket_id,
    ranked.reason,
    ranked.clause,
from ranked
where ranked.place = 1

-- One row per support request, with the reason and article for which no delay is promised, if any. The reason the source gives
-- comes first, then the contract's row for the status of its user, for channel and kind, for the channel, for the kind.
with tickets as (
    select
        int_tickets_placed.*,
        case
            when int_tickets_placed.reason_given is not null then int_tickets_placed.contract_id
        end as reason_contract_id
    from {{ ref('int_tickets_placed') }} as int_tickets_placed
),

-- A range without an "or" can be part of an equality join; with one, every ticket would meet every row.
coverage as (
    select
        int_coverage_stretches.contract_id,
        int_coverage_stretches.channel,
        int_coverage_stretches.kind,
        int_coverage_stretches.reason_given,
        int_coverage_stretches.reason,
        int_coverage_stretches.clause,
        int_coverage_stretches.valid_from,
        coalesce(int_coverage_stretches.valid_until, date '9999-12-31') as valid_until
    from {{ ref('int_coverage_stretches') }} as int_coverage_stretches
    where int_coverage_stretches.user_status is null
),

users as (
    select * from {{ ref('int_ticket_users') }}
),

terms as (
    select
        int_terms.contract_id,
        int_terms.term,
        int_terms.valid_from,
        coalesce(int_terms.valid_until, date '9999-12-31') as valid_until
    from {{ ref('int_terms') }} as int_terms
    where int_terms.term = 'unlisted_reason_excludes' and int_terms.value = 'true'
),

by_reason as (
    select * from coverage
    where coverage.channel is null and coverage.kind is null
),

by_both as (
    select * from coverage
    where coverage.channel is not null and coverage.kind is not null
),

by_channel as (
    select * from coverage
    where coverage.channel is not null and coverage.kind is null
),

by_kind as (
    select * from coverage
    where coverage.channel is null and coverage.kind is not null
)

select
    tickets.*,
    users.user_status,
    by_reason.reason is not null
    or terms.term is not null
    or users.reason is not null
    or by_both.reason is not null
    or by_channel.reason is not null
    or by_kind.reason is not null as is_out_of_scope,
    case
        when by_reason.reason is not null then by_reason.reason
        when terms.term is not null then tickets.reason_given
        else coalesce(users.reason, by_both.reason, by_channel.reason, by_kind.reason)
    end as not_covered_reason,
    case
        when by_reason.reason is not null then by_reason.clause
        when terms.term is not null then null
        when users.reason is not null then users.clause
        when by_both.reason is not null then by_both.clause
        when by_channel.reason is not null then by_channel.clause
        else by_kind.clause
    end as not_covered_clause
from tickets
left join by_reason
    on by_reason.contract_id = tickets.contract_id
    and by_reason.reason_given = tickets.reason_given
    and by_reason.valid_from <= tickets.created_on
    and by_reason.valid_until > tickets.created_on
left join terms
    on terms.contract_id = tickets.reason_contract_id
    and terms.valid_from <= tickets.created_on
    and terms.valid_until > tickets.created_on
left join users on users.ticket_id = tickets.ticket_id
left join by_both
    on by_both.contract_id = tickets.contract_id
    and by_both.channel = tickets.channel
    and by_both.kind = tickets.kind
    and by_both.valid_from <= tickets.created_on
    and by_both.valid_until > tickets.created_on
left join by_channel
    on by_channel.contract_id = tickets.contract_id
    and by_channel.channel = tickets.channel
    and by_channel.valid_from <= tickets.created_on
    and by_channel.valid_until > tickets.created_on
left join by_kind
    on by_kind.contract_id = tickets.contract_id
    and by_kind.kind = tickets.kind
    and by_kind.valid_from <= tickets.created_on
    and by_kind.valid_until > tickets.created_on

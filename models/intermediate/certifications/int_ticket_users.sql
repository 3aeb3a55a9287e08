-- One row per ticket whose user the certifications know on the day of registration: their status then, in the module that is
-- best for them (R31), and the contract's row about that status, if any: the closest first.
with tickets as (
    select
        int_tickets_placed.ticket_id,
        int_tickets_placed.contract_id,
        int_tickets_placed.client_id,
        int_tickets_placed.user_id,
        int_tickets_placed.channel,
        int_tickets_placed.kind,
        int_tickets_placed.created_on
    from {{ ref('int_tickets_placed') }} as int_tickets_placed
    where int_tickets_placed.user_id is not null
),

phases as (
    select * from {{ ref('int_user_phases') }}
),

coverage as (
    select * from {{ ref('int_coverage_stretches') }} as int_coverage_stretches
    where int_coverage_stretches.user_status is not null
),

statuses as (
    select
        tickets.ticket_id,
        tickets.contract_id,
        tickets.channel,
        tickets.kind,
        tickets.created_on,
        case
            when max(case when phases.phase = 'certified' then 1 end) = 1 then 'certified'
            when max(case when phases.phase = 'learning' then 1 end) = 1 then 'learning'
            else 'neither'
        end as user_status
    from tickets
    inner join phases
        on phases.client_id = tickets.client_id
        and phases.user_id = tickets.user_id
        and phases.phase_from <= tickets.created_on
        and phases.phase_until > tickets.created_on
    group by
        tickets.ticket_id,
        tickets.contract_id,
        tickets.channel,
        tickets.kind,
        tickets.created_on
),

ruled as (
    select
        statuses.ticket_id,
        statuses.user_status,
        coverage.reason,
        coverage.clause,
        row_number() over (
            partition by statuses.ticket_id
            order by
                case when coverage.channel is null then 1 else 0 end,
                case when coverage.kind is null then 1 else 0 end,
                coverage.reason
        ) as place
    from statuses
    left join coverage
        on coverage.contract_id = statuses.contract_id
        and coverage.user_status = statuses.user_status
        and coverage.valid_from <= statuses.created_on
        and (coverage.valid_until is null or coverage.valid_until > statuses.created_on)
        and (coverage.channel is null or coverage.channel = statuses.channel)
        and (coverage.kind is null or coverage.kind = statuses.kind)
)

select
    ruled.ticket_id,
    ruled.user_status,
    ruled.reason,
    ruled.clause
from ruled
where ruled.place = 1

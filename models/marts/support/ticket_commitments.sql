-- One row per ticket and commitment: its limit, the business time used, and what came of it at as_of.
with limits as (
    select * from {{ ref('int_ticket_limits') }}
),

tickets as (
    select * from {{ ref('int_tickets_placed') }}
),

files as (
    select * from {{ ref('stg_run__files') }}
),

counted as (
    select * from {{ ref('int_ticket_limits_on_clock') }}
    union all
    select * from {{ ref('int_ticket_limits_in_days') }}
)

select
    tickets.contract_id,
    tickets.client_id,
    tickets.environment_id,
    tickets.ticket_id,
    limits.commitment,
    limits.criticality,
    tickets.criticality_given,
    tickets.channel,
    tickets.kind,
    cast(date_trunc('month', tickets.created_on) as date) as month,
    tickets.created_at,
    case when limits.commitment = 'take_in_charge' then tickets.acknowledged_at end
        as acknowledged_at,
    counted.clock_started_at,
    counted.due_at,
    limits.done_at,
    counted.allowed_s,
    counted.elapsed_s,
    cast(counted.allowed_s - counted.elapsed_s as decimal(18, 6)) as left_s,
    counted.waited_s,
    case
        when limits.settled_as = 'awaiting_qualification'
            then {{ seconds_between('tickets.created_at', 'limits.as_of') }}
    end as awaiting_s,
    coalesce(limits.settled_as, counted.outcome) as outcome,
    limits.not_covered_reason,
    limits.clause,
    limits.clock,
    limits.unit as limit_unit,
    limits.value as limit_value,
    files.name as file,
    tickets.line,
from limits
inner join tickets on tickets.ticket_id = limits.ticket_id
left join counted
    on counted.ticket_id = limits.ticket_id and counted.commitment = limits.commitment
left join files on files.file_id = tickets.file_id

-- One row per ticket and pair of instants that cannot both be right.
with tickets as (
    select * from {{ ref('int_tickets_gathered') }}
),

pairs as (
    select
        tickets.ticket_id,
        'acknowledged_before_created' as rule,
        tickets.acknowledged_at as early_at,
        tickets.created_at as late_at
    from tickets
    union all
    select
        tickets.ticket_id,
        'taken_before_created' as rule,
        tickets.taken_in_charge_at as early_at,
        tickets.created_at as late_at
    from tickets
    union all
    select
        tickets.ticket_id,
        'qualified_before_created' as rule,
        tickets.qualified_at as early_at,
        tickets.created_at as late_at
    from tickets
    union all
    select
        tickets.ticket_id,
        'closed_before_created' as rule,
        tickets.closed_at as early_at,
        tickets.created_at as late_at
    from tickets
    union all
    select
        tickets.ticket_id,
        'closed_before_taken' as rule,
        tickets.closed_at as early_at,
        tickets.taken_in_charge_at as late_at
    from tickets
    union all
    select
        tickets.ticket_id,
        'qualified_before_taken' as rule,
        tickets.qualified_at as early_at,
        tickets.taken_in_charge_at as late_at
    from tickets
    union all
    select
        tickets.ticket_id,
        'action_plan_before_qualified' as rule,
        tickets.action_plan_at as early_at,
        tickets.qualified_at as late_at
    from tickets
    union all
    select
        tickets.ticket_id,
        'fix_before_qualified' as rule,
        tickets.fix_or_workaround_at as early_at,
        tickets.qualified_at as late_at
    from tickets
)

select
    pairs.ticket_id,
    pairs.rule,
    pairs.early_at,
    pairs.late_at,
from pairs
where pairs.early_at < pairs.late_at

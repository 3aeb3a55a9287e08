-- One row per ticket and pair of instants that cannot both be right.
with tickets as (
    select
        int_tickets_placed.ticket_id,
        int_tickets_placed.created_at,
        int_tickets_placed.acknowledged_at,
        int_tickets_placed.taken_in_charge_at,
        int_tickets_placed.qualified_at,
        int_tickets_placed.action_plan_at,
        int_tickets_placed.fix_or_workaround_at,
        int_tickets_placed.closed_at
    from {{ ref('int_tickets_placed') }} as int_tickets_placed
    -- Nearly all tickets are sound: only the others are looked at pair by pair.
    where least(
            int_tickets_placed.acknowledged_at,
            int_tickets_placed.taken_in_charge_at,
            int_tickets_placed.qualified_at,
            int_tickets_placed.closed_at
        ) < int_tickets_placed.created_at
        or least(int_tickets_placed.closed_at, int_tickets_placed.qualified_at)
        < int_tickets_placed.taken_in_charge_at
        or least(int_tickets_placed.action_plan_at, int_tickets_placed.fix_or_workaround_at)
        < int_tickets_placed.qualified_at
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
    pairs.late_at
from pairs
where pairs.early_at < pairs.late_at

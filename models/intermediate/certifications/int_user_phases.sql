-- One row per user, module and stretch of civil days in which they are certified, learning, or assigned to a module that must be
-- learnt within a phase. Who is assigned, and neither certified nor learning, is "neither".
with assignments as (
    select * from {{ ref('int_user_assignments') }}
),

attempts as (
    select * from {{ ref('int_exam_attempts') }}
)

select
    attempts.client_id,
    attempts.user_id,
    attempts.module,
    'certified' as phase,
    attempts.attempted_on as phase_from,
    coalesce(attempts.certified_until, date '9999-12-31') as phase_until
from attempts
where attempts.is_passed

union all

select
    assignments.client_id,
    assignments.user_id,
    assignments.module,
    'learning' as phase,
    assignments.assigned_on as phase_from,
    least(assignments.learning_until, coalesce(assignments.withdrawn_on, date '9999-12-31'))
        as phase_until
from assignments
where assignments.learning_until is not null

union all

select
    assignments.client_id,
    assignments.user_id,
    assignments.module,
    'assigned' as phase,
    assignments.assigned_on as phase_from,
    coalesce(assignments.withdrawn_on, date '9999-12-31') as phase_until
from assignments
where assignments.learning_until is not null

-- One row per user and module assigned, known at as_of, with the learning phase it began: its last day bears the number of the
-- first, or is the last of its month, and counts (R26). No phase where the contract knows none.
with assignments as (
    select * from {{ ref('stg_certifications__assignments') }}
),

clients as (
    select * from {{ ref('int_clients_today') }}
),

terms as (
    select * from {{ ref('int_terms') }} as int_terms
    where int_terms.term = 'learning_phase_months'
)

select
    clients.contract_id,
    assignments.client_id,
    assignments.user_id,
    assignments.module,
    assignments.assigned_on,
    case when assignments.withdrawn_on <= clients.today then assignments.withdrawn_on end
        as withdrawn_on,
    {{ add_days(add_months('assignments.assigned_on', 'terms.value'), 1) }} as learning_until,
    terms.clause,
    assignments.file_id,
    assignments.line
from assignments
left join clients on clients.client_id = assignments.client_id
left join terms
    on terms.contract_id = clients.contract_id
    and terms.valid_from <= assignments.assigned_on
    and (terms.valid_until is null or terms.valid_until > assignments.assigned_on)
where assignments.assigned_on <= clients.today or clients.today is null

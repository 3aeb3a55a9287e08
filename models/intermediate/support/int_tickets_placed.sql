-- One row per support request, with its contract and the civil day and month of its registration there; what had not
-- happened at as_of is not known yet. A ticket of a client whom no contract names keeps its UTC day.
with tickets as (
    select * from {{ ref('int_tickets_gathered') }}
),

environments as (
    select * from {{ ref('stg_registry__environments') }}
),

clients as (
    select * from {{ ref('int_clients_contracts') }}
),

day_slices as (
    select * from {{ ref('int_contract_day_slices') }}
),

run as (
    select * from {{ ref('stg_run') }}
),

contracted as (
    select
        tickets.*,
        coalesce(environments.contract_id, clients.contract_id) as contract_id,
        run.as_of,
    from tickets
    cross join run
    left join environments on environments.environment_id = tickets.environment_id
    left join clients on clients.client_id = tickets.client_id
)

select
    contracted.contract_id,
    contracted.client_id,
    contracted.environment_id,
    contracted.ticket_id,
    contracted.user_id,
    contracted.channel,
    contracted.kind,
    contracted.kind = 'anomaly' or contracted.anomaly_level is not null as is_anomaly,
    contracted.criticality,
    contracted.criticality_given,
    contracted.anomaly_level,
    contracted.not_covered_reason as reason_given,
    contracted.subject,
    contracted.reopenings,
    coalesce(day_slices.day_on, {{ utc_day('contracted.created_at') }}) as created_on,
    contracted.created_at,
    case when contracted.acknowledged_at <= contracted.as_of then contracted.acknowledged_at end
        as acknowledged_at,
    case
        when contracted.taken_in_charge_at <= contracted.as_of then contracted.taken_in_charge_at
    end as taken_in_charge_at,
    case when contracted.qualified_at <= contracted.as_of then contracted.qualified_at end
        as qualified_at,
    case when contracted.action_plan_at <= contracted.as_of then contracted.action_plan_at end
        as action_plan_at,
    case
        when contracted.fix_or_workaround_at <= contracted.as_of
            then contracted.fix_or_workaround_at
    end as fix_or_workaround_at,
    case when contracted.closed_at <= contracted.as_of then contracted.closed_at end as closed_at,
    contracted.as_of,
    contracted.file_id,
    contracted.line,
from contracted
left join day_slices
    on day_slices.contract_id = contracted.contract_id
    and day_slices.utc_day = {{ utc_day('contracted.created_at') }}
    and day_slices.slice_from <= contracted.created_at
    and day_slices.slice_until > contracted.created_at

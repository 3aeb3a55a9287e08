-- One row per due support request, with its contract and the civil day of its registration there. A ticket of a client whom
-- no contract names keeps its UTC day.
{{ config(materialized='table') }}
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

contracted as (
    select
        tickets.*,
        coalesce(environments.contract_id, clients.contract_id) as contract_id,
    from tickets
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
    contracted.reopenings,
    coalesce(day_slices.day_on, {{ utc_day('contracted.created_at') }}) as created_on,
    contracted.created_at,
    contracted.acknowledged_at,
    contracted.taken_in_charge_at,
    contracted.qualified_at,
    contracted.action_plan_at,
    contracted.fix_or_workaround_at,
    contracted.closed_at,
    contracted.as_of,
    contracted.file_id,
    contracted.line,
from contracted
left join day_slices
    on day_slices.contract_id = contracted.contract_id
    and day_slices.utc_day = {{ utc_day('contracted.created_at') }}
    and day_slices.slice_from <= contracted.created_at
    and day_slices.slice_until > contracted.created_at

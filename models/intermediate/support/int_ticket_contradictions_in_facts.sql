-- One row per ticket and statement that does not fit another one, or a register.
with tickets as (
    select * from {{ ref('int_ticket_scopes') }}
),

environments as (
    select * from {{ ref('stg_registry__environments') }}
),

clients as (
    select * from {{ ref('int_clients_contracts') }}
),

registered as (
    select
        tickets.*,
        environments.environment_id is not null as has_known_environment,
        environments.client_id as environment_client_id,
        clients.client_id is not null as has_known_client,
    from tickets
    left join environments on environments.environment_id = tickets.environment_id
    left join clients on clients.client_id = tickets.client_id
)

select
    registered.ticket_id,
    'closed_never_taken' as rule,
    cast(null as varchar) as value
from registered
where registered.closed_at is not null and registered.taken_in_charge_at is null

union all

select
    registered.ticket_id,
    'client_not_in_registry' as rule,
    registered.client_id as value
from registered
where not registered.has_known_client

union all

select
    registered.ticket_id,
    'environment_not_in_registry' as rule,
    registered.environment_id as value
from registered
where registered.environment_id is not null and not registered.has_known_environment

union all

select
    registered.ticket_id,
    'environment_of_other_client' as rule,
    registered.environment_id as value
from registered
where registered.environment_client_id <> registered.client_id

union all

select
    registered.ticket_id,
    'several_contracts' as rule,
    registered.client_id as value
from registered
where registered.contract_id is null and registered.has_known_client

union all

select
    registered.ticket_id,
    'unknown_criticality' as rule,
    registered.criticality_given as value
from registered
where registered.criticality is null

union all

select
    registered.ticket_id,
    'level_without_anomaly' as rule,
    registered.kind as value
from registered
where registered.anomaly_level is not null and registered.kind <> 'anomaly'

union all

select
    registered.ticket_id,
    'qualified_without_anomaly' as rule,
    registered.kind as value
from registered
where registered.qualified_at is not null and not registered.is_anomaly

union all

select
    registered.ticket_id,
    'qualified_without_level' as rule,
    registered.kind as value
from registered
where registered.qualified_at is not null and registered.is_anomaly
    and registered.anomaly_level is null

union all

select
    registered.ticket_id,
    'fulfilled_without_qualification' as rule,
    registered.kind as value
from registered
where registered.is_anomaly and registered.qualified_at is null
    and (registered.action_plan_at is not null or registered.fix_or_workaround_at is not null)

union all

select
    registered.ticket_id,
    'reason_not_in_contract' as rule,
    registered.reason_given as value
from registered
where registered.reason_given is not null and registered.not_covered_clause is null

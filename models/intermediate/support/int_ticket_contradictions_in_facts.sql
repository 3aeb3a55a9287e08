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

judged as (
    select
        tickets.ticket_id,
        tickets.client_id,
        tickets.environment_id,
        tickets.criticality_given,
        tickets.kind,
        tickets.reason_given,
        tickets.closed_at is not null and tickets.taken_in_charge_at is null
            as is_closed_never_taken,
        clients.client_id is null as is_client_not_in_registry,
        tickets.environment_id is not null and environments.environment_id is null
            as is_environment_not_in_registry,
        environments.client_id <> tickets.client_id as is_environment_of_other_client,
        tickets.contract_id is null and clients.client_id is not null
            as is_several_contracts,
        tickets.criticality is null as is_unknown_criticality,
        tickets.anomaly_level is not null and tickets.kind <> 'anomaly'
            as is_level_without_anomaly,
        tickets.qualified_at is not null and not tickets.is_anomaly
            as is_qualified_without_anomaly,
        tickets.qualified_at is not null
        and tickets.is_anomaly
        and tickets.anomaly_level is null as is_qualified_without_level,
        tickets.is_anomaly
        and tickets.qualified_at is null
        and coalesce(tickets.action_plan_at, tickets.fix_or_workaround_at) is not null
            as is_fulfilled_without_qualification,
        tickets.reason_given is not null and tickets.not_covered_clause is null
            as is_reason_not_in_contract,
    from tickets
    left join environments on environments.environment_id = tickets.environment_id
    left join clients on clients.client_id = tickets.client_id
),

-- Nearly all tickets are sound: only the others are looked at rule by rule.
registered as (
    select * from judged
    where judged.is_closed_never_taken
        or judged.is_client_not_in_registry
        or judged.is_environment_not_in_registry
        or judged.is_environment_of_other_client
        or judged.is_several_contracts
        or judged.is_unknown_criticality
        or judged.is_level_without_anomaly
        or judged.is_qualified_without_anomaly
        or judged.is_qualified_without_level
        or judged.is_fulfilled_without_qualification
        or judged.is_reason_not_in_contract
)

select
    registered.ticket_id,
    'closed_never_taken' as rule,
    cast(null as varchar) as value
from registered
where registered.is_closed_never_taken

union all

select
    registered.ticket_id,
    'client_not_in_registry' as rule,
    registered.client_id as value
from registered
where registered.is_client_not_in_registry

union all

select
    registered.ticket_id,
    'environment_not_in_registry' as rule,
    registered.environment_id as value
from registered
where registered.is_environment_not_in_registry

union all

select
    registered.ticket_id,
    'environment_of_other_client' as rule,
    registered.environment_id as value
from registered
where registered.is_environment_of_other_client

union all

select
    registered.ticket_id,
    'several_contracts' as rule,
    registered.client_id as value
from registered
where registered.is_several_contracts

union all

select
    registered.ticket_id,
    'unknown_criticality' as rule,
    registered.criticality_given as value
from registered
where registered.is_unknown_criticality

union all

select
    registered.ticket_id,
    'level_without_anomaly' as rule,
    registered.kind as value
from registered
where registered.is_level_without_anomaly

union all

select
    registered.ticket_id,
    'qualified_without_anomaly' as rule,
    registered.kind as value
from registered
where registered.is_qualified_without_anomaly

union all

select
    registered.ticket_id,
    'qualified_without_level' as rule,
    registered.kind as value
from registered
where registered.is_qualified_without_level

union all

select
    registered.ticket_id,
    'fulfilled_without_qualification' as rule,
    registered.kind as value
from registered
where registered.is_fulfilled_without_qualification

union all

select
    registered.ticket_id,
    'reason_not_in_contract' as rule,
    registered.reason_given as value
from registered
where registered.is_reason_not_in_contract

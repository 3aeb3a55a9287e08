-- One row per ticket and statement that does not fit another one, or a register.
{%- set rules = [
    ('closed_never_taken', 'no_value'),
    ('client_not_in_registry', 'client_id'),
    ('environment_not_in_registry', 'environment_id'),
    ('environment_of_other_client', 'environment_id'),
    ('several_contracts', 'client_id'),
    ('unknown_criticality', 'criticality_given'),
    ('level_without_anomaly', 'kind'),
    ('qualified_without_anomaly', 'kind'),
    ('qualified_without_level', 'kind'),
    ('fulfilled_without_qualification', 'kind'),
    ('reason_not_in_contract', 'reason_given'),
] %}
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
        cast(null as string) as no_value,
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
            as is_reason_not_in_contract
    from tickets
    left join environments on environments.environment_id = tickets.environment_id
    left join clients on clients.client_id = tickets.client_id
),

-- Nearly all tickets are sound: only the others are looked at rule by rule.
registered as (
    select * from judged
    where {% for rule, value in rules %}{{ 'or ' if not loop.first }}judged.is_{{ rule }} {% endfor %}
)

{% for rule, value in rules %}
    select
        registered.ticket_id,
        '{{ rule }}' as rule,
        registered.{{ value }} as value
    from registered
    where registered.is_{{ rule }}
    {% if not loop.last %}union all{% endif %}
{% endfor %}

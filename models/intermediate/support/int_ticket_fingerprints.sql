-- One row per ticket that anything was read of, with a fingerprint of all that its verdicts and contradictions rest on: its own
-- rows, where they stand in which file, the contracts, and what the registers say of its environment, its client and its user.
-- Where its calendar begins, a clock tells nothing of what lies before.
with spans as (
    select * from {{ ref('int_contract_spans') }}
),

environments as (
    select
        environments.environment_id,
        {{ row_hash(
            'environments.contract_id', 'environments.client_id', 'spans.first_on', 'spans.last_on'
        ) }} as fact
    from {{ ref('stg_registry__environments') }} as environments
    left join spans on spans.contract_id = environments.contract_id
),

clients as (
    select
        clients.client_id,
        {{ row_hash('clients.client_id', 'clients.contract_id', 'spans.first_on', 'spans.last_on') }} as fact
    from {{ ref('int_clients_contracts') }} as clients
    left join spans on spans.contract_id = clients.contract_id
),

-- Each once: the same fact twice would be none in the sum.
phases as (
    select distinct * from {{ ref('int_user_phases') }}
),

-- By client and user, and by user alone.
users as (
    select
        coalesce(phases.client_id, '') as client_id,
        phases.user_id,
        {{ combined_hash(row_hash('phases.module', 'phases.phase', 'phases.phase_from', 'phases.phase_until', 'phases.client_id')) }}
            as fact
    from phases
    group by grouping sets ((phases.client_id, phases.user_id), (phases.user_id))
),

-- The events of a ticket may name its client and its user in different places: there the user's name is enough.
own as (
    select
        tickets.ticket_id,
        tickets.environment_id,
        tickets.client_id,
        tickets.user_id,
        tickets.client_id as user_client_id,
        {{ row_hash(
            "'ticket'", 'tickets.client_id', 'tickets.environment_id', 'tickets.user_id', 'tickets.channel',
            'tickets.kind', 'tickets.criticality_given', 'tickets.anomaly_level', 'tickets.not_covered_reason',
            'tickets.created_at', 'tickets.acknowledged_at', 'tickets.taken_in_charge_at',
            'tickets.qualified_at', 'tickets.action_plan_at', 'tickets.fix_or_workaround_at',
            'tickets.closed_at', 'tickets.file_id', 'tickets.line'
        ) }} as fact
    from {{ ref('stg_tickets__tickets') }} as tickets
    union all
    select
        events.ticket_id,
        events.environment_id,
        events.client_id,
        events.user_id,
        '' as user_client_id,
        {{ row_hash(
            "'event'", 'events.client_id', 'events.environment_id', 'events.user_id', 'events.event',
            'events.role', 'events.channel', 'events.kind', 'events.criticality', 'events.criticality_given',
            'events.anomaly_level', 'events.not_covered_reason', 'events.event_at', 'events.sequence',
            'events.file_id', 'events.line'
        ) }} as fact
    from {{ ref('stg_tickets__events') }} as events
    union all
    select
        pauses.ticket_id,
        null, null, null, null,
        {{ row_hash(
            "'pause'", 'pauses.reason', 'pauses.paused_from', 'pauses.paused_until', 'pauses.file_id',
            'pauses.line'
        ) }} as fact
    from {{ source('landing', 'pauses') }} as pauses
    union all
    select
        changes.ticket_id,
        null, null, null, null,
        {{ row_hash(
            "'change'", 'changes.criticality_given', 'changes.changed_at', 'changes.file_id', 'changes.line'
        ) }} as fact
    from {{ ref('stg_tickets__criticality_changes') }} as changes
)

select
    own.ticket_id,
    {{ combined_hash(row_hash('own.fact', 'contracts.digest', 'environments.fact', 'clients.fact', 'users.fact')) }}
        as fingerprint
from own
cross join {{ ref('int_contract_digest') }} as contracts
left join environments on environments.environment_id = own.environment_id
left join clients on clients.client_id = own.client_id
left join users on users.user_id = own.user_id and users.client_id = own.user_client_id
group by own.ticket_id

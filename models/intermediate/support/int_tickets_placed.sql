-- One row per due support request registered by as_of, from our own format or derived from an event log (our own format wins), with
-- its contract and the civil day of its registration there. A ticket of a client whom no contract names keeps its UTC day.
-- What had not happened at as_of is not known yet. (The events of a log are cut at as_of already.)
{{ config(materialized='table') }}
{%- set steps = [
    'acknowledged_at', 'taken_in_charge_at', 'qualified_at', 'action_plan_at', 'fix_or_workaround_at', 'closed_at'
] %}
with run as (
    select * from {{ source('landing', 'run') }}
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

sent as (
    select tickets.*
    from {{ ref('stg_tickets__tickets') }} as tickets
    cross join run
    -- After a bare comparison DuckDB expects a hundred rows, and builds its hash tables from the tickets.
    where coalesce(tickets.created_at <= run.as_of, false)
        and tickets.ticket_id in (select due.ticket_id from {{ ref('int_ticket_due') }} as due)
),

gathered as (
    select
        sent.ticket_id,
        sent.client_id,
        sent.environment_id,
        sent.user_id,
        sent.channel,
        sent.kind,
        sent.criticality,
        sent.criticality_given,
        sent.anomaly_level,
        sent.not_covered_reason,
        cast(null as bigint) as reopenings,
        sent.created_at,
        {% for step in steps %}case when sent.{{ step }} <= run.as_of then sent.{{ step }} end as {{ step }},
        {% endfor %}sent.file_id,
        sent.line
    from sent
    cross join run

    union all

    select
        from_events.ticket_id,
        from_events.client_id,
        from_events.environment_id,
        from_events.user_id,
        from_events.channel,
        from_events.kind,
        from_events.criticality,
        from_events.criticality_given,
        from_events.anomaly_level,
        from_events.not_covered_reason,
        from_events.reopenings,
        from_events.created_at,
        {% for step in steps %}from_events.{{ step }},
        {% endfor %}from_events.file_id,
        from_events.line
    from {{ ref('int_tickets_from_events') }} as from_events
    where from_events.ticket_id not in (select sent.ticket_id from sent)
),

contracted as (
    select
        gathered.*,
        coalesce(environments.contract_id, clients.contract_id) as contract_id
    from gathered
    left join environments on environments.environment_id = gathered.environment_id
    left join clients on clients.client_id = gathered.client_id
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
    run.as_of,
    contracted.file_id,
    contracted.line
from contracted
cross join run
left join day_slices
    on day_slices.contract_id = contracted.contract_id
    and day_slices.utc_day = {{ utc_day('contracted.created_at') }}
    and day_slices.slice_from <= contracted.created_at
    and day_slices.slice_until > contracted.created_at

-- One row per contract under which anything happened: when it first did. Where nothing was ever monitored, the opening of
-- its first environment is an event too: its months are told from there on.
with environments as (
    select * from {{ ref('stg_registry__environments') }}
),

events as (
    select * from {{ ref('stg_run__first_events') }}
),

client_contracts as (
    select distinct
        environments.client_id,
        environments.contract_id
    from environments
),

monitored as (
    select distinct environments.contract_id
    from events
    inner join environments on environments.environment_id = events.environment_id
    inner join {{ source('landing', 'run') }} as run on run.as_of > events.first_at
    where events.is_monitoring
),

found as (
    select
        environments.contract_id,
        {{ utc_midnight('environments.opened_on') }} as first_at
    from environments
    left join monitored on monitored.contract_id = environments.contract_id
    where monitored.contract_id is null

    union all

    select
        environments.contract_id,
        events.first_at
    from events
    inner join environments on environments.environment_id = events.environment_id

    union all

    select
        client_contracts.contract_id,
        events.first_at
    from events
    inner join client_contracts on client_contracts.client_id = events.client_id

    union all

    select
        coalesce(interruptions.contract_id, environments.contract_id),
        interruptions.starts_at
    from {{ source('landing', 'interruptions') }} as interruptions
    left join environments on environments.environment_id = interruptions.environment_id
)

select
    found.contract_id,
    min(found.first_at) as first_at
from found
where found.contract_id is not null
group by found.contract_id

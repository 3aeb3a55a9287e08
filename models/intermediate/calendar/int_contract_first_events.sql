-- One row per contract under which anything happened: when it first did.
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

found as (
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
    from {{ ref('stg_interruptions__interruptions') }} as interruptions
    left join environments on environments.environment_id = interruptions.environment_id
)

select
    found.contract_id,
    min(found.first_at) as first_at,
from found
where found.contract_id is not null
group by found.contract_id

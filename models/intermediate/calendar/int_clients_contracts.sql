-- One row per client: the contract of its production environments, else of all; null where they have several.
{{ config(materialized='table') }}
with environments as (
    select * from {{ ref('stg_registry__environments') }}
),

counted as (
    select
        environments.client_id,
        min(case when environments.is_production then environments.contract_id end)
            as first_production,
        max(case when environments.is_production then environments.contract_id end)
            as last_production,
        min(environments.contract_id) as first_any,
        max(environments.contract_id) as last_any
    from environments
    group by environments.client_id
)

select
    counted.client_id,
    case
        when counted.first_production = counted.last_production then counted.first_production
        when counted.first_any = counted.last_any then counted.first_any
    end as contract_id
from counted

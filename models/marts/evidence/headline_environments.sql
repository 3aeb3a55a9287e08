-- One row per registered environment: whose it is, for people who read the other marts.
select
    environments.environment_id,
    environments.client_id,
    environments.client_name,
    environments.contract_id,
    environments.environment_kind,
    environments.opened_on,
    environments.closed_on
from {{ ref('stg_registry__environments') }} as environments

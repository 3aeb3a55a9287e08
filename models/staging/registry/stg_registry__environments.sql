-- One row per environment: one client's instance of the service.
select
    environments.environment_id,
    environments.client_id,
    coalesce(environments.client_name, environments.client_id) as client_name,
    environments.contract_id,
    environments.kind as environment_kind,
    environments.kind = 'production' as is_production,
    environments.opened_on,
    environments.closed_on,
    environments.file_id,
    environments.line
from {{ source('landing', 'environments') }} as environments

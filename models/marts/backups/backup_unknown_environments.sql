-- One row per repository, environment and content that a manifest names and the registry does not:
-- a manifest of nobody.
with holdings as (
    select * from {{ ref('int_backup_holdings') }}
)

select
    holdings.repository_id,
    holdings.environment_id,
    holdings.content,
    holdings.points,
    holdings.first_listed_at,
    holdings.last_listed_at
from holdings
where not holdings.is_registered

-- One row per repository, environment and content that a listing named.
select
    holdings.holding_key,
    holdings.repository_id,
    holdings.environment_id,
    holdings.content,
from {{ source('landing', 'holdings') }} as holdings

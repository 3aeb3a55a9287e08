-- One row per hold, or row that may have been one, of a client without a ledger. Where no environment has the client either, it
-- may be anybody's, and no purge list is written while it stands; where one has, it may be that of a ledger whose client no
-- environment has, such as one spelled otherwise.
with ledgers as (
    select distinct {{ alike('keys.client_id') }} as client_alike
    from {{ source('landing', 'dossier_keys') }} as keys
),

environments as (
    select distinct {{ alike('environments.client_id') }} as client_alike
    from {{ ref('stg_registry__environments') }} as environments
),

today as (
    select cast(run.as_of as date) as as_of_on
    from {{ source('landing', 'run') }} as run
)

select
    guards.log,
    guards.guard_id,
    guards.client_id,
    guards.dossier_id,
    guards.is_refused,
    environments.client_alike is not null as has_environment
from {{ ref('int_history_guards') }} as guards
cross join today
left join ledgers on ledgers.client_alike = {{ alike('guards.client_id') }}
left join environments on environments.client_alike = {{ alike('guards.client_id') }}
where ledgers.client_alike is null
    -- A day more on either side, as no contract tells whose day it is.
    and guards.from_on <= {{ add_days('today.as_of_on', 1) }}
    and guards.free_from > {{ add_days('today.as_of_on', -1) }}

-- One row per hold, or row that may have been one, and dossier it holds lines of.
-- Names are compared whatever their case and blanks. A dossier without a ledger may be any of its client's that the registry
-- does not have, and where the registry does not have it either, any of all.
with keys as (
    select
        keys.dossier_key,
        keys.client_id,
        keys.dossier_id,
        {{ alike('keys.client_id') }} as client_alike,
        {{ alike('keys.dossier_id') }} as dossier_alike
    from {{ source('landing', 'dossier_keys') }} as keys
),

guards as (
    select
        guards.guard_id,
        guards.client_id,
        guards.dossier_id,
        guards.is_refused,
        {{ alike('guards.client_id') }} as client_alike,
        {{ alike('guards.dossier_id') }} as dossier_alike
    from {{ ref('int_history_guards') }} as guards
),

registered as (
    select distinct
        {{ alike('dossiers.client_id') }} as client_alike,
        {{ alike('dossiers.dossier_id') }} as dossier_alike
    from {{ source('landing', 'dossiers') }} as dossiers
),

named as (
    select
        guards.guard_id,
        guards.is_refused,
        keys.dossier_key,
        case
            when keys.client_id = guards.client_id
                and keys.dossier_id = coalesce(guards.dossier_id, keys.dossier_id) then 'name'
            else 'likeness'
        end as placed_by
    from guards
    inner join keys
        on keys.client_alike = guards.client_alike
        and keys.dossier_alike = coalesce(guards.dossier_alike, keys.dossier_alike)
),

placed as (
    select distinct
        named.guard_id,
        named.is_refused
    from named
)

select
    named.guard_id,
    named.is_refused,
    named.dossier_key,
    named.placed_by
from named

union all

select
    guards.guard_id,
    guards.is_refused,
    keys.dossier_key,
    'client' as placed_by
from guards
inner join keys on keys.client_alike = guards.client_alike
left join placed
    on placed.guard_id = guards.guard_id and placed.is_refused = guards.is_refused
left join registered
    on registered.client_alike = guards.client_alike and registered.dossier_alike = guards.dossier_alike
left join registered as own
    on own.client_alike = keys.client_alike and own.dossier_alike = keys.dossier_alike
where placed.guard_id is null and (registered.client_alike is null or own.client_alike is null)

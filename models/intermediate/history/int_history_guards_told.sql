-- One row per hold, or row that may have been one, and reason for which it does not do what it seems to say.
with guards as (
    select * from {{ ref('int_history_guards') }}
),

places as (
    select
        places.guard_id,
        places.is_refused,
        min(places.placed_by) as placed_by
    from {{ ref('int_history_guard_places') }} as places
    group by places.guard_id, places.is_refused
)

select
    guards.log,
    guards.guard_id as name,
    case
        when unplaced.guard_id is not null then 'may be of any client: no purge list is written'
        when guards.is_refused and places.guard_id is null
            then 'was rejected; no ledger of that client and dossier was read'
        when guards.is_refused then 'was rejected: holds all of its client or dossier until corrected'
        when places.guard_id is null then 'no ledger of that client and dossier was read'
        when guards.ends_before_it_begins then 'ends before it begins: holds until corrected'
        when guards.free_from <= guards.from_on then 'ends before it begins'
        when places.placed_by = 'client'
            then 'no ledger has that dossier: all of the client it may be are held'
        else 'spelled otherwise than the ledger it holds'
    end as reason,
    cast(1 as bigint) as mentions
from guards
left join places on places.guard_id = guards.guard_id and places.is_refused = guards.is_refused
left join {{ ref('int_history_unplaced_guards') }} as unplaced
    on unplaced.guard_id = guards.guard_id
    and unplaced.is_refused = guards.is_refused
    and not unplaced.has_environment
where guards.is_refused
    or guards.ends_before_it_begins
    or guards.free_from <= guards.from_on
    or places.guard_id is null
    or places.placed_by <> 'name'

-- One row per dossier and hold of lines of it; what was not understood holds like one, without an end.
select
    places.dossier_key,
    guards.guard_id as hold_id,
    guards.reason,
    guards.piece,
    guards.fiscal_years,
    guards.account_pattern,
    guards.is_refused,
    guards.from_on,
    guards.free_from,
    guards.movements_from,
    guards.movements_until,
from {{ ref('int_history_guard_places') }} as places
inner join {{ ref('int_history_guards') }} as guards
    on guards.guard_id = places.guard_id and guards.is_refused = places.is_refused

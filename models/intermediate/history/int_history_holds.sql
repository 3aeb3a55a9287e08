-- One row per dossier and hold of lines of it; what was not understood holds like one, without an end, and all together as one.
with placed as (
    select
        places.dossier_key,
        guards.*
    from {{ ref('int_history_guard_places') }} as places
    inner join {{ ref('int_history_guards') }} as guards
        on guards.guard_id = places.guard_id and guards.is_refused = places.is_refused
)

select
    placed.dossier_key,
    placed.guard_id as hold_id,
    placed.reason,
    placed.piece,
    placed.fiscal_years,
    placed.account_pattern,
    placed.from_on,
    placed.free_from,
    placed.movements_from,
    placed.movements_until
from placed
where not placed.is_refused

union all

select
    placed.dossier_key,
    concat(
        min(placed.guard_id),
        case when count(*) > 1 then concat(' and ', cast(count(*) - 1 as string), ' more') else '' end
    ) as hold_id,
    placed.reason,
    cast(null as string) as piece,
    cast(null as string) as fiscal_years,
    cast(null as string) as account_pattern,
    min(placed.from_on) as from_on,
    max(placed.free_from) as free_from,
    cast(null as date) as movements_from,
    cast(null as date) as movements_until
from placed
where placed.is_refused
group by placed.dossier_key, placed.reason

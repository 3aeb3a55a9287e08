-- One row per entry and named hold whose scope a line of it meets, whenever the hold holds.
with scopes as (
    select
        holds.dossier_key,
        holds.hold_id,
        holds.reason,
        {{ alike('holds.piece') }} as piece,
        holds.fiscal_years,
        holds.account_pattern,
        holds.from_on,
        holds.free_from,
        coalesce(holds.movements_from, date '0001-01-01') as movements_from,
        coalesce(holds.movements_until, date '9999-12-31') as movements_until
    from {{ ref('int_history_holds') }} as holds
),

entries as (
    select
        entries.dossier_key,
        entries.entry_id,
        entries.entry_on,
        concat(',', cast(year(slices.fiscal_year_end) as string), ',') as fiscal_year
    from {{ ref('int_history_entries') }} as entries
    inner join (select distinct scopes.dossier_key from scopes) as held
        on held.dossier_key = entries.dossier_key
    left join {{ ref('int_history_fiscal_slices') }} as slices
        on slices.dossier_key = entries.dossier_key
        and slices.year = year(entries.entry_on)
        and slices.fiscal_year_from <= entries.entry_on
        and slices.fiscal_year_until > entries.entry_on
),

in_scope as (
    select
        entries.dossier_key,
        entries.entry_id,
        scopes.hold_id,
        scopes.reason,
        scopes.piece,
        scopes.account_pattern,
        scopes.from_on,
        scopes.free_from
    from entries
    inner join scopes
        on scopes.dossier_key = entries.dossier_key
        and scopes.movements_from <= entries.entry_on
        and scopes.movements_until >= entries.entry_on
        and (scopes.fiscal_years is null or scopes.fiscal_years like concat('%', entries.fiscal_year, '%'))
),

by_line as (
    select distinct
        in_scope.dossier_key,
        in_scope.entry_id,
        in_scope.hold_id
    from in_scope
    inner join {{ source('landing', 'movements') }} as movements
        on movements.dossier_key = in_scope.dossier_key
        and movements.entry_id = in_scope.entry_id
    where (in_scope.account_pattern is not null or in_scope.piece is not null)
        and (
            in_scope.account_pattern is null
            or {{ matches('movements.account', 'in_scope.account_pattern') }}
        )
        and (in_scope.piece is null or {{ alike('movements.piece') }} = in_scope.piece)
)

select
    in_scope.dossier_key,
    in_scope.entry_id,
    in_scope.hold_id,
    in_scope.reason,
    in_scope.from_on,
    in_scope.free_from
from in_scope
left join by_line
    on by_line.dossier_key = in_scope.dossier_key
    and by_line.entry_id = in_scope.entry_id
    and by_line.hold_id = in_scope.hold_id
where by_line.hold_id is not null
    or (in_scope.account_pattern is null and in_scope.piece is null)

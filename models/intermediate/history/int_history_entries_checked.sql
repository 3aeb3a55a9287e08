-- One row per entry: its fiscal year, what holds it, and the outcome of every control, each looked at on its own.
with entries as (
    select * from {{ ref('int_history_entries') }}
),

cut_offs as (
    select * from {{ ref('int_history_cut_offs') }}
),

slices as (
    select * from {{ ref('int_history_fiscal_slices') }}
),

open_items as (
    select * from {{ ref('int_history_open_items') }}
),

quarantined as (
    select * from {{ ref('int_history_entries_quarantined') }}
),

held as (
    select
        entry_holds.dossier_key,
        entry_holds.entry_id,
        max(case
            when entry_holds.from_on <= cut_offs.as_of_on and entry_holds.free_from > cut_offs.as_of_on
                then 1
            else 0
        end) as is_held,
    from {{ ref('int_history_entry_holds') }} as entry_holds
    inner join cut_offs on cut_offs.dossier_key = entry_holds.dossier_key
    group by entry_holds.dossier_key, entry_holds.entry_id
),

certified as (
    select
        movements.dossier_key,
        movements.entry_id,
        count(distinct movements.movement_id) as lines,
    from {{ ref('stg_history__purged_movements') }} as purged_movements
    inner join {{ ref('stg_history__dossier_keys') }} as keys
        on keys.client_id = purged_movements.client_id
        and keys.dossier_id = purged_movements.dossier_id
    inner join {{ ref('stg_history__movements') }} as movements
        on movements.dossier_key = keys.dossier_key
        and movements.movement_id = purged_movements.movement_id
    group by movements.dossier_key, movements.entry_id
)

select
    entries.dossier_key,
    entries.entry_id,
    coalesce(joined.whole_id, entries.entry_id) as whole_id,
    entries.journal_code,
    entries.entry_number,
    cast(entries.lines + coalesce(quarantined.unreadable_lines, 0) as integer) as lines,
    entries.debit,
    entries.credit,
    cast(entries.size_bytes + coalesce(quarantined.unreadable_bytes, 0) as bigint) as size_bytes,
    quarantined.rules as unreadable_rules,
    joined.whole_id is not null as is_joined,
    coalesce(held.entry_id is not null, false) as has_holds,
    coalesce(held.is_held = 1, false) as is_held,
    entries.unvalidated_lines > 0 as is_unvalidated,
    entries.lettered_lines > 0 as is_lettered,
    open_items.entry_id is not null as has_open_item,
    coalesce(certified.lines = entries.lines, false) as is_certified,
    entries.entry_on,
    slices.fiscal_year_from,
    slices.fiscal_year_end,
    slices.tax_held_until,
    slices.leaves_calendar_on,
    slices.leaves_fiscal_on,
from entries
left join slices
    on slices.dossier_key = entries.dossier_key
    and slices.year = year(entries.entry_on)
    and slices.fiscal_year_from <= entries.entry_on
    and slices.fiscal_year_until > entries.entry_on
left join {{ ref('int_history_entries_joined') }} as joined
    on joined.dossier_key = entries.dossier_key and joined.entry_id = entries.entry_id
left join open_items
    on open_items.dossier_key = entries.dossier_key and open_items.entry_id = entries.entry_id
left join quarantined
    on quarantined.dossier_key = entries.dossier_key and quarantined.entry_id = entries.entry_id
left join held
    on held.dossier_key = entries.dossier_key and held.entry_id = entries.entry_id
left join certified
    on certified.dossier_key = entries.dossier_key and certified.entry_id = entries.entry_id

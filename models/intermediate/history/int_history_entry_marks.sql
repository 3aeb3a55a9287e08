-- One row per entry with a mark that is not its own: a hold, an unreadable line, a certificate.
with cut_offs as (
    select * from {{ ref('int_history_cut_offs') }}
),

certified as (
    select
        movements.dossier_key,
        movements.entry_id,
        cast(count(distinct movements.movement_id) as integer) as lines
    from {{ source('landing', 'purged_movements') }} as purged_movements
    inner join {{ source('landing', 'dossier_keys') }} as keys
        on keys.client_id = purged_movements.client_id
        and keys.dossier_id = purged_movements.dossier_id
    inner join {{ source('landing', 'movements') }} as movements
        on movements.dossier_key = keys.dossier_key
        and movements.movement_id = purged_movements.movement_id
    where {{ is_asked('keys.dossier_key') }}
    group by movements.dossier_key, movements.entry_id
),

marks as (
    select
        entry_holds.dossier_key,
        entry_holds.entry_id,
        cast(null as string) as unreadable_rules,
        0 as unreadable_lines,
        cast(0 as bigint) as unreadable_bytes,
        1 as has_holds,
        case
            when entry_holds.from_on <= cut_offs.as_of_on
                and entry_holds.free_from > cut_offs.as_of_on then 1
            else 0
        end as is_held,
        0 as certified_lines
    from {{ ref('int_history_entry_holds') }} as entry_holds
    inner join cut_offs on cut_offs.dossier_key = entry_holds.dossier_key

    union all

    select
        quarantined.dossier_key,
        quarantined.entry_id,
        quarantined.rules,
        quarantined.unreadable_lines,
        quarantined.unreadable_bytes,
        0,
        0,
        0
    from {{ ref('int_history_entries_quarantined') }} as quarantined

    union all

    select
        certified.dossier_key,
        certified.entry_id,
        null,
        0,
        0,
        0,
        0,
        certified.lines
    from certified
)

select
    marks.dossier_key,
    marks.entry_id,
    max(marks.unreadable_rules) as unreadable_rules,
    cast(max(marks.unreadable_lines) as integer) as unreadable_lines,
    cast(max(marks.unreadable_bytes) as bigint) as unreadable_bytes,
    cast(max(marks.certified_lines) as integer) as certified_lines,
    max(marks.has_holds) = 1 as has_holds,
    max(marks.is_held) = 1 as is_held
from marks
group by marks.dossier_key, marks.entry_id

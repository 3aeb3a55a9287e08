-- One row per entry of which its own sums and date do not tell all, and one without an entry for each dossier looked at.
-- What is null here the entry tells itself.
with marks as (
    select * from {{ ref('int_history_entry_marks') }}
),

wholes as (
    select * from {{ ref('int_history_wholes') }}
),

open_items as (
    select * from {{ ref('int_history_entry_open_items') }}
),

spoken_of as (
    select
        marks.dossier_key,
        marks.entry_id
    from marks

    union

    select
        wholes.dossier_key,
        wholes.entry_id
    from wholes

    union

    select
        open_items.dossier_key,
        open_items.entry_id
    from open_items

    union

    select
        fingerprints.dossier_key,
        cast(null as bigint) as entry_id
    from {{ ref('int_history_fingerprints') }} as fingerprints
    where {{ is_asked('fingerprints.dossier_key') }}
)

select
    spoken_of.dossier_key,
    fingerprints.fingerprint,
    spoken_of.entry_id,
    wholes.whole_id,
    cast(wholes.entry_key as {{ entry_key_type() }}) as entry_key,
    case
        when wholes.whole_id is not null then wholes.unreadable_rules else marks.unreadable_rules
    end as unreadable_rules,
    coalesce(marks.unreadable_lines, 0) as unreadable_lines,
    coalesce(marks.unreadable_bytes, 0) as unreadable_bytes,
    coalesce(wholes.has_holds, marks.has_holds, false) as has_holds,
    coalesce(wholes.is_held, marks.is_held, false) as is_held,
    coalesce(marks.certified_lines, 0) as certified_lines,
    coalesce(wholes.has_open_item, open_items.entry_id is not null) as has_open_item,
    wholes.is_certified,
    wholes.is_unvalidated,
    wholes.is_unbalanced,
    wholes.is_kept_by_calendar,
    wholes.is_kept_by_fiscal,
    wholes.is_kept,
    wholes.is_tax_held,
    wholes.tax_held_until,
    wholes.free_before_holds_on
from spoken_of
inner join {{ ref('int_history_fingerprints') }} as fingerprints
    on fingerprints.dossier_key = spoken_of.dossier_key
left join marks
    on marks.dossier_key = spoken_of.dossier_key and marks.entry_id = spoken_of.entry_id
left join wholes
    on wholes.dossier_key = spoken_of.dossier_key and wholes.entry_id = spoken_of.entry_id
left join open_items
    on open_items.dossier_key = spoken_of.dossier_key and open_items.entry_id = spoken_of.entry_id

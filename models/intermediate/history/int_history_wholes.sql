-- One row per entry whose whole is told by another key than the law's: what the whole says for all its parts (R14).
-- Its latest line, longest hold and worst control decide.
with parts as (
    select
        joined.dossier_key,
        joined.whole_id,
        entries.debit,
        entries.credit,
        marks.unreadable_rules,
        coalesce(marks.has_holds, false) as has_holds,
        coalesce(marks.is_held, false) as is_held,
        open_items.entry_id is not null as has_open_item,
        coalesce(marks.certified_lines, 0) = entries.lines as is_certified,
        entries.unvalidated_lines > 0 as is_unvalidated,
        slices.is_kept_by_calendar,
        slices.is_kept_by_fiscal,
        slices.is_kept,
        slices.is_tax_held,
        slices.tax_held_until,
        slices.free_before_holds_on
    from {{ ref('int_history_entries_joined') }} as joined
    inner join {{ ref('int_history_entries_doubtful') }} as entries
        on entries.dossier_key = joined.dossier_key and entries.entry_id = joined.entry_id
    left join {{ ref('int_history_entry_marks') }} as marks
        on marks.dossier_key = joined.dossier_key and marks.entry_id = joined.entry_id
    left join {{ ref('int_history_entry_open_items') }} as open_items
        on open_items.dossier_key = joined.dossier_key and open_items.entry_id = joined.entry_id
    left join {{ ref('int_history_fiscal_slices') }} as slices
        on slices.dossier_key = entries.dossier_key
        and slices.year = year(entries.entry_on)
        and slices.fiscal_year_from <= entries.entry_on
        and slices.fiscal_year_until > entries.entry_on
),

wholes as (
    select
        parts.dossier_key,
        parts.whole_id,
        {{ text_list('parts.unreadable_rules') }} as unreadable_rules,
        bool_or(parts.has_holds) as has_holds,
        bool_or(parts.is_held) as is_held,
        bool_or(parts.is_unvalidated) as is_unvalidated,
        bool_or(parts.has_open_item) as has_open_item,
        bool_and(parts.is_certified) as is_certified,
        sum(parts.debit) <> sum(parts.credit) as is_unbalanced,
        bool_or(parts.is_kept_by_calendar) as is_kept_by_calendar,
        bool_or(parts.is_kept_by_fiscal) as is_kept_by_fiscal,
        bool_or(parts.is_kept) as is_kept,
        bool_or(parts.is_tax_held) as is_tax_held,
        max(parts.tax_held_until) as tax_held_until,
        max(parts.free_before_holds_on) as free_before_holds_on
    from parts
    group by parts.dossier_key, parts.whole_id
)

select
    joined.entry_id,
    joined.entry_key,
    wholes.*
from {{ ref('int_history_entries_joined') }} as joined
inner join wholes
    on wholes.dossier_key = joined.dossier_key and wholes.whole_id = joined.whole_id

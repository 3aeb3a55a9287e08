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
        entries.has_open_item,
        coalesce(marks.certified_lines, 0) = entries.lines as is_certified,
        entries.unvalidated_lines > 0 as is_unvalidated,
        entries.entry_on,
        slices.tax_held_until,
        slices.leaves_calendar_on,
        slices.leaves_fiscal_on,
    from {{ ref('int_history_entries_joined') }} as joined
    inner join {{ ref('int_history_entries') }} as entries
        on entries.dossier_key = joined.dossier_key and entries.entry_id = joined.entry_id
    left join {{ ref('int_history_entry_marks') }} as marks
        on marks.dossier_key = joined.dossier_key and marks.entry_id = joined.entry_id
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
        max(case when parts.has_holds then 1 else 0 end) = 1 as has_holds,
        max(case when parts.is_held then 1 else 0 end) = 1 as is_held,
        max(case when parts.is_unvalidated then 1 else 0 end) = 1 as is_unvalidated,
        max(case when parts.has_open_item then 1 else 0 end) = 1 as has_open_item,
        min(case when parts.is_certified then 1 else 0 end) = 1 as is_certified,
        sum(parts.debit) <> sum(parts.credit) as is_unbalanced,
        max(parts.entry_on) as last_on,
        max(parts.tax_held_until) as tax_held_until,
        max(parts.leaves_calendar_on) as leaves_calendar_on,
        max(parts.leaves_fiscal_on) as leaves_fiscal_on,
    from parts
    group by parts.dossier_key, parts.whole_id
)

select
    joined.entry_id,
    joined.entry_key,
    wholes.*,
from {{ ref('int_history_entries_joined') }} as joined
inner join wholes
    on wholes.dossier_key = joined.dossier_key and wholes.whole_id = joined.whole_id

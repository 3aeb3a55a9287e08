-- One row per entry: what its whole allows, before letterings are followed. An entry is purged whole or not at all (R14).
with entries as (
    select * from {{ ref('int_history_entries') }}
),

facts as (
    select
        entries.dossier_key,
        entries.entry_id,
        coalesce(wholes.whole_id, entries.entry_id) as whole_id,
        entries.journal_code,
        entries.entry_number,
        wholes.entry_key,
        case
            when wholes.whole_id is not null then wholes.unreadable_rules else marks.unreadable_rules
        end as unreadable_rules,
        slices.history_rule,
        entries.lines + coalesce(marks.unreadable_lines, 0) as lines,
        entries.debit,
        entries.credit,
        entries.size_bytes + coalesce(marks.unreadable_bytes, 0) as size_bytes,
        entries.lettered_lines > 0 as is_lettered,
        coalesce(wholes.has_holds, marks.has_holds, false) as has_holds,
        coalesce(wholes.is_held, marks.is_held, false) as is_held,
        coalesce(wholes.is_unvalidated, entries.unvalidated_lines > 0) as is_unvalidated,
        coalesce(wholes.has_open_item, entries.has_open_item) as has_open_item,
        coalesce(wholes.is_certified, marks.certified_lines = entries.lines, false) as is_certified,
        coalesce(wholes.is_unbalanced, entries.debit <> entries.credit) as is_unbalanced,
        slices.has_no_terms,
        entries.entry_on,
        coalesce(wholes.last_on, entries.entry_on) as last_on,
        slices.fiscal_year_end,
        coalesce(wholes.tax_held_until, slices.tax_held_until) as tax_held_until,
        coalesce(wholes.leaves_calendar_on, slices.leaves_calendar_on) as leaves_calendar_on,
        coalesce(wholes.leaves_fiscal_on, slices.leaves_fiscal_on) as leaves_fiscal_on,
        slices.cut_off,
        slices.calendar_cut_off,
        slices.fiscal_cut_off,
        slices.as_of_on,
    from entries
    inner join {{ ref('int_history_fiscal_slices') }} as slices
        on slices.dossier_key = entries.dossier_key
        and slices.year = year(entries.entry_on)
        and slices.fiscal_year_from <= entries.entry_on
        and slices.fiscal_year_until > entries.entry_on
    left join {{ ref('int_history_entry_marks') }} as marks
        on marks.dossier_key = entries.dossier_key and marks.entry_id = entries.entry_id
    left join {{ ref('int_history_wholes') }} as wholes
        on wholes.dossier_key = entries.dossier_key and wholes.entry_id = entries.entry_id
)

select
    facts.dossier_key,
    facts.entry_id,
    facts.whole_id,
    facts.journal_code,
    facts.entry_number,
    facts.entry_key,
    facts.unreadable_rules,
    case
        when facts.unreadable_rules is not null then 'quarantine'
        when facts.last_on >= facts.cut_off then 'keep'
        when facts.is_held then 'hold'
        when facts.tax_held_until >= facts.as_of_on then 'hold_tax'
        when facts.is_certified then 'previously_purged'
        when facts.is_unvalidated or facts.has_open_item or facts.is_unbalanced or facts.has_no_terms
            then 'blocked'
        else 'purge'
    end as verdict,
    cast(facts.lines as integer) as lines,
    facts.debit,
    facts.credit,
    cast(facts.size_bytes as bigint) as size_bytes,
    facts.is_lettered,
    facts.has_holds,
    facts.is_held,
    facts.is_unvalidated,
    facts.has_open_item,
    facts.is_unbalanced,
    facts.has_no_terms,
    coalesce(facts.tax_held_until >= facts.as_of_on, false) as is_tax_held,
    coalesce(
        (facts.last_on >= facts.calendar_cut_off) <> (facts.last_on >= facts.fiscal_cut_off), false
    ) as is_disputed,
    facts.entry_on,
    facts.last_on,
    facts.fiscal_year_end,
    facts.tax_held_until,
    greatest(
        case
            when facts.history_rule = 'calendar' then facts.leaves_calendar_on
            when facts.history_rule = 'fiscal' then facts.leaves_fiscal_on
            else greatest(facts.leaves_calendar_on, facts.leaves_fiscal_on)
        end,
        {{ add_days('facts.tax_held_until', 1) }}
    ) as free_before_holds_on,
from facts

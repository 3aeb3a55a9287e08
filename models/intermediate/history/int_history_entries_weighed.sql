-- One row per entry: what its whole allows, before letterings are followed. An entry is purged whole or not at all (R14):
-- its latest line, longest hold and worst control decide for all its parts.
with checked as (
    select * from {{ ref('int_history_entries_checked') }}
),

cut_offs as (
    select * from {{ ref('int_history_cut_offs') }}
),

wholes as (
    select
        checked.dossier_key,
        checked.whole_id,
        {{ text_list('checked.unreadable_rules') }} as unreadable_rules,
        max(case when checked.has_holds then 1 else 0 end) = 1 as has_holds,
        max(case when checked.is_held then 1 else 0 end) = 1 as is_held,
        max(case when checked.is_unvalidated then 1 else 0 end) = 1 as is_unvalidated,
        max(case when checked.has_open_item then 1 else 0 end) = 1 as has_open_item,
        min(case when checked.is_certified then 1 else 0 end) = 1 as is_certified,
        sum(checked.debit) <> sum(checked.credit) as is_unbalanced,
        max(checked.entry_on) as last_on,
        max(checked.tax_held_until) as tax_held_until,
        max(checked.leaves_calendar_on) as leaves_calendar_on,
        max(checked.leaves_fiscal_on) as leaves_fiscal_on,
    from checked
    where checked.is_joined
    group by checked.dossier_key, checked.whole_id
),

whole_entries as (
    select
        checked.dossier_key, checked.entry_id, checked.whole_id, checked.journal_code,
        checked.entry_number, checked.lines, checked.debit, checked.credit, checked.size_bytes,
        checked.entry_on, checked.fiscal_year_from, checked.fiscal_year_end, checked.is_lettered,
        checked.unreadable_rules, checked.has_holds, checked.is_held, checked.is_unvalidated,
        checked.has_open_item, checked.is_certified,
        checked.debit <> checked.credit as is_unbalanced,
        checked.entry_on as last_on,
        checked.tax_held_until, checked.leaves_calendar_on, checked.leaves_fiscal_on,
    from checked
    where not checked.is_joined

    union all

    select
        checked.dossier_key, checked.entry_id, checked.whole_id, checked.journal_code,
        checked.entry_number, checked.lines, checked.debit, checked.credit, checked.size_bytes,
        checked.entry_on, checked.fiscal_year_from, checked.fiscal_year_end, checked.is_lettered,
        wholes.unreadable_rules, wholes.has_holds, wholes.is_held, wholes.is_unvalidated,
        wholes.has_open_item, wholes.is_certified, wholes.is_unbalanced, wholes.last_on,
        wholes.tax_held_until, wholes.leaves_calendar_on, wholes.leaves_fiscal_on,
    from checked
    inner join wholes
        on wholes.dossier_key = checked.dossier_key and wholes.whole_id = checked.whole_id
    where checked.is_joined
)

select
    whole_entries.*,
    cut_offs.cut_off is null or cut_offs.tax_years is null as has_no_terms,
    coalesce(whole_entries.last_on >= cut_offs.cut_off, false) as is_kept,
    coalesce(
        (whole_entries.last_on >= cut_offs.calendar_cut_off)
        <> (whole_entries.last_on >= cut_offs.fiscal_cut_off), false
    ) as is_disputed,
    coalesce(whole_entries.tax_held_until >= cut_offs.as_of_on, false) as is_tax_held,
    greatest(
        case
            when cut_offs.history_rule = 'calendar' then whole_entries.leaves_calendar_on
            when cut_offs.history_rule = 'fiscal' then whole_entries.leaves_fiscal_on
            else greatest(whole_entries.leaves_calendar_on, whole_entries.leaves_fiscal_on)
        end,
        {{ add_days('whole_entries.tax_held_until', 1) }}
    ) as free_before_holds_on,
    case
        when whole_entries.unreadable_rules is not null then 'quarantine'
        when whole_entries.last_on >= cut_offs.cut_off then 'keep'
        when whole_entries.is_held then 'hold'
        when whole_entries.tax_held_until >= cut_offs.as_of_on then 'hold_tax'
        when whole_entries.is_certified then 'previously_purged'
        when whole_entries.is_unvalidated
            or whole_entries.has_open_item
            or whole_entries.is_unbalanced
            or cut_offs.cut_off is null
            or cut_offs.tax_years is null
            then 'blocked'
        else 'purge'
    end as verdict,
from whole_entries
inner join cut_offs on cut_offs.dossier_key = whole_entries.dossier_key

-- One row per entry: what its whole allows, before letterings are followed. An entry is purged whole or not at all (R14).
with slices as (
    select * from {{ ref('int_history_fiscal_slices') }} as fiscal_slices
    where {{ is_asked('fiscal_slices.dossier_key') }}
),

-- Asked for here too: a portion is not to look its entries up among the findings of all dossiers.
findings as (
    select * from {{ ref('int_history_entry_findings') }} as entry_findings
    where {{ is_asked('entry_findings.dossier_key') }}
),

facts as (
    select
        entries.dossier_key,
        entries.entry_id,
        coalesce(findings.whole_id, entries.entry_id) as whole_id,
        entries.journal_code,
        entries.entry_number,
        findings.entry_key,
        findings.unreadable_rules,
        entries.lines + coalesce(findings.unreadable_lines, 0) as lines,
        entries.debit,
        entries.credit,
        entries.size_bytes + coalesce(findings.unreadable_bytes, 0) as size_bytes,
        entries.lettered_lines > 0 as is_lettered,
        coalesce(findings.has_holds, false) as has_holds,
        coalesce(findings.is_held, false) as is_held,
        coalesce(findings.is_certified, findings.certified_lines = entries.lines, false) as is_certified,
        coalesce(findings.has_open_item, false) as has_open_item,
        coalesce(findings.is_unvalidated, entries.unvalidated_lines > 0) as is_unvalidated,
        coalesce(findings.is_unbalanced, entries.debit <> entries.credit) as is_unbalanced,
        slices.has_no_terms,
        entries.entry_on,
        slices.fiscal_year_end,
        coalesce(findings.is_kept_by_calendar, slices.is_kept_by_calendar) as is_kept_by_calendar,
        coalesce(findings.is_kept_by_fiscal, slices.is_kept_by_fiscal) as is_kept_by_fiscal,
        coalesce(findings.is_kept, slices.is_kept) as is_kept,
        coalesce(findings.is_tax_held, slices.is_tax_held) as is_tax_held,
        coalesce(findings.tax_held_until, slices.tax_held_until) as tax_held_until,
        coalesce(findings.free_before_holds_on, slices.free_before_holds_on) as free_before_holds_on
    from {{ ref('stg_history__entries') }} as entries
    inner join slices
        on slices.dossier_key = entries.dossier_key
        and slices.year = year(entries.entry_on)
        and slices.fiscal_year_from <= entries.entry_on
        and slices.fiscal_year_until > entries.entry_on
    left join findings
        on findings.dossier_key = entries.dossier_key and findings.entry_id = entries.entry_id
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
        when facts.unreadable_rules is not null then {{ verdict('quarantine') }}
        when facts.is_kept then {{ verdict('keep') }}
        when facts.is_held then {{ verdict('hold') }}
        when facts.is_tax_held then {{ verdict('hold_tax') }}
        when facts.is_certified then {{ verdict('previously_purged') }}
        when facts.is_unvalidated or facts.has_open_item or facts.is_unbalanced or facts.has_no_terms
            then {{ verdict('blocked') }}
        else {{ verdict('purge') }}
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
    facts.is_tax_held,
    facts.is_kept_by_calendar,
    facts.is_kept_by_fiscal,
    facts.is_kept,
    coalesce(facts.is_kept_by_calendar <> facts.is_kept_by_fiscal, false) as is_disputed,
    facts.entry_on,
    facts.fiscal_year_end,
    facts.tax_held_until,
    facts.free_before_holds_on
from facts

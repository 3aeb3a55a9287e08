-- One row per dossier, fiscal year, journal and verdict: what may be purged, what is held or kept, and why (art. 4).
with counts as (
    select * from {{ ref('int_history_counts') }}
),

cut_offs as (
    select * from {{ ref('int_history_cut_offs') }}
),

parts as (
    select
        counts.dossier_key,
        counts.fiscal_year_end,
        counts.journal_code,
        counts.verdict,
        {{ reason_parts('counts.own_reasons') }} as reason
    from counts
    where counts.own_reasons is not null
),

own_reasons as (
    select
        parts.dossier_key,
        parts.fiscal_year_end,
        parts.journal_code,
        parts.verdict,
        {{ text_list('parts.reason') }} as reasons
    from parts
    group by parts.dossier_key, parts.fiscal_year_end, parts.journal_code, parts.verdict
),

counted as (
    select
        counts.dossier_key,
        counts.fiscal_year_end,
        counts.journal_code,
        counts.verdict,
        max(counts.tax_held_until) as tax_held_until,
        max(case when counts.is_unvalidated then 1 else 0 end) = 1 as is_unvalidated,
        max(case when counts.has_open_item then 1 else 0 end) = 1 as has_open_item,
        max(case when counts.reaches_period then 1 else 0 end) = 1 as reaches_period,
        max(case when counts.is_unbalanced then 1 else 0 end) = 1 as is_unbalanced,
        sum(counts.entries) as entries,
        sum(counts.disputed_entries) as disputed_entries,
        sum(counts.lines) as lines,
        sum(counts.disputed_lines) as disputed_lines,
        sum(counts.debit) as debit,
        sum(counts.credit) as credit,
        sum(counts.size_bytes) as bytes,
        min(counts.free_on) as first_free_on,
        case when count(counts.free_on) = count(*) then max(counts.free_on) end as free_on
    from counts
    group by counts.dossier_key, counts.fiscal_year_end, counts.journal_code, counts.verdict
),

unread as (
    select
        unread.client_id,
        unread.dossier_id,
        unread.journal_code,
        {{ text_list('unread.rules') }} as reasons,
        count(*) as entries,
        sum(unread.lines) as lines,
        sum(unread.size_bytes) as bytes
    from {{ ref('int_history_entries_unread') }} as unread
    group by unread.client_id, unread.dossier_id, unread.journal_code
)

select
    cut_offs.contract_id,
    cut_offs.client_id,
    cut_offs.dossier_id,
    counted.fiscal_year_end,
    counted.journal_code,
    counted.verdict,
    concat_ws(
        '; ',
        own_reasons.reasons,
        case
            when counted.tax_held_until is not null
                then concat(
                        'tax_', cast(cut_offs.tax_years as string), 'y until ',
                        cast(counted.tax_held_until as string)
                    )
        end,
        case when counted.verdict = 'blocked' and cut_offs.has_no_terms then 'no_terms' end,
        case when counted.is_unvalidated then 'not_validated' end,
        case when counted.has_open_item then 'open_item' end,
        case when counted.reaches_period then 'lettering_reaches_period' end,
        case when counted.is_unbalanced then 'unbalanced' end
    ) as reasons,
    cut_offs.cut_off,
    cut_offs.calendar_cut_off,
    cut_offs.fiscal_cut_off,
    cast(counted.entries as bigint) as entries,
    cast(counted.lines as bigint) as lines,
    cast(counted.debit as decimal(24, 2)) as debit,
    cast(counted.credit as decimal(24, 2)) as credit,
    cast(counted.bytes as bigint) as bytes,
    cast(counted.disputed_entries as bigint) as disputed_entries,
    cast(counted.disputed_lines as bigint) as disputed_lines,
    counted.first_free_on,
    counted.free_on
from counted
inner join cut_offs on cut_offs.dossier_key = counted.dossier_key
left join own_reasons
    on own_reasons.dossier_key = counted.dossier_key
    and own_reasons.fiscal_year_end = counted.fiscal_year_end
    and own_reasons.journal_code = counted.journal_code
    and own_reasons.verdict = counted.verdict

union all

select
    cut_offs.contract_id,
    unread.client_id,
    unread.dossier_id,
    cast(null as date) as fiscal_year_end,
    unread.journal_code,
    'quarantine' as verdict,
    unread.reasons,
    cut_offs.cut_off,
    cut_offs.calendar_cut_off,
    cut_offs.fiscal_cut_off,
    cast(unread.entries as bigint) as entries,
    cast(unread.lines as bigint) as lines,
    cast(0 as decimal(24, 2)) as debit,
    cast(0 as decimal(24, 2)) as credit,
    cast(unread.bytes as bigint) as bytes,
    cast(0 as bigint) as disputed_entries,
    cast(0 as bigint) as disputed_lines,
    cast(null as date) as first_free_on,
    cast(null as date) as free_on
from unread
left join cut_offs
    on cut_offs.client_id = unread.client_id and cut_offs.dossier_id = unread.dossier_id

-- One row per entry: its verdict, what it rests on and the day it frees (art. 4).
-- A view: an entry's own sums and date tell most verdicts, and what tells the others is kept by dossier.
with ties as (
    select * from {{ ref('int_history_entry_ties') }} as entry_ties
    where {{ is_asked('entry_ties.dossier_key') }}
),

judged as (
    select
        weighed.*,
        ties.hold_reasons,
        ties.free_after_holds_on,
        coalesce(ties.reaches_period, false) as reaches_period,
        case
            when ties.reaches_period then {{ verdict('blocked') }} else weighed.verdict
        end as final_verdict
    from {{ ref('int_history_entries_weighed') }} as weighed
    left join ties
        on ties.dossier_key = weighed.dossier_key and ties.whole_id = weighed.whole_id
)

select
    judged.dossier_key,
    judged.entry_id,
    case when judged.entry_key is not null then judged.whole_id end as whole_id,
    judged.journal_code,
    judged.entry_number,
    judged.entry_key,
    judged.final_verdict as verdict,
    case judged.final_verdict
        when 'quarantine' then judged.unreadable_rules
        when 'hold' then judged.hold_reasons
    end as own_reasons,
    judged.lines,
    judged.debit,
    judged.credit,
    judged.size_bytes,
    judged.is_kept_by_calendar,
    judged.is_kept_by_fiscal,
    judged.is_kept,
    judged.is_disputed,
    judged.final_verdict in ('hold', 'hold_tax') and judged.is_tax_held as is_tax_held,
    judged.final_verdict = 'blocked' and judged.is_unvalidated as is_unvalidated,
    judged.final_verdict = 'blocked' and judged.has_open_item as has_open_item,
    judged.final_verdict = 'blocked' and judged.reaches_period as reaches_period,
    judged.final_verdict = 'blocked' and judged.is_unbalanced as is_unbalanced,
    judged.entry_on,
    judged.fiscal_year_end,
    judged.tax_held_until,
    case
        when judged.final_verdict in ('quarantine', 'blocked') then cast(null as date)
        when judged.has_holds then judged.free_after_holds_on
        else judged.free_before_holds_on
    end as free_on
from judged

-- One row per entry: its verdict, every reason for it and the day it frees (art. 4). Entries of which no line could be read
-- stand at the end, without a date.
with weighed as (
    select * from {{ ref('int_history_entries_weighed') }}
),

cut_offs as (
    select * from {{ ref('int_history_cut_offs') }}
),

lettered_beyond as (
    select * from {{ ref('int_history_entries_lettered_beyond') }}
),

active_holds as (
    select
        active_holds.dossier_key,
        active_holds.whole_id,
        {{ text_list('active_holds.reason') }} as reasons,
    from {{ ref('int_history_active_holds') }} as active_holds
    group by active_holds.dossier_key, active_holds.whole_id
),

judged as (
    select
        weighed.*,
        lettered_beyond.whole_id is not null as reaches_period,
        case when lettered_beyond.whole_id is not null then 'blocked' else weighed.verdict end
            as final_verdict,
    from weighed
    left join lettered_beyond
        on lettered_beyond.dossier_key = weighed.dossier_key
        and lettered_beyond.whole_id = weighed.whole_id
),

lost as (
    select * from {{ ref('int_history_unreadable_lines') }}
    where entry_id is null
)

select
    judged.dossier_key,
    cut_offs.client_id,
    cut_offs.dossier_id,
    cut_offs.contract_id,
    judged.entry_id,
    judged.whole_id,
    judged.journal_code,
    judged.entry_number,
    judged.final_verdict as verdict,
    case judged.final_verdict
        when 'quarantine' then judged.unreadable_rules
        when 'hold' then active_holds.reasons
    end as own_reasons,
    judged.lines,
    judged.debit,
    judged.credit,
    judged.size_bytes,
    judged.is_disputed,
    judged.final_verdict in ('hold', 'hold_tax') and judged.is_tax_held as is_tax_held,
    judged.final_verdict = 'blocked' and judged.is_unvalidated as is_unvalidated,
    judged.final_verdict = 'blocked' and judged.has_open_item as has_open_item,
    judged.final_verdict = 'blocked' and judged.reaches_period as reaches_period,
    judged.final_verdict = 'blocked' and judged.is_unbalanced as is_unbalanced,
    judged.final_verdict = 'blocked' and judged.has_no_terms as has_no_terms,
    judged.entry_on,
    judged.last_on,
    judged.fiscal_year_from,
    judged.fiscal_year_end,
    judged.tax_held_until,
    cut_offs.cut_off,
    cut_offs.calendar_cut_off,
    cut_offs.fiscal_cut_off,
    case
        when judged.final_verdict in ('quarantine', 'blocked') then cast(null as date)
        when judged.has_holds then free_days.free_on
        else judged.free_before_holds_on
    end as free_on,
from judged
inner join cut_offs on cut_offs.dossier_key = judged.dossier_key
left join active_holds
    on active_holds.dossier_key = judged.dossier_key and active_holds.whole_id = judged.whole_id
left join {{ ref('int_history_free_days') }} as free_days
    on free_days.dossier_key = judged.dossier_key and free_days.whole_id = judged.whole_id

union all

select
    min(lost.dossier_key) as dossier_key,
    lost.client_id,
    lost.dossier_id,
    min(cut_offs.contract_id) as contract_id,
    cast(null as bigint) as entry_id,
    cast(null as bigint) as whole_id,
    lost.journal_code,
    lost.entry_number,
    'quarantine' as verdict,
    {{ text_list('lost.rule') }} as own_reasons,
    cast(count(*) as integer) as lines,
    cast(0 as decimal(18, 2)) as debit,
    cast(0 as decimal(18, 2)) as credit,
    cast(sum(lost.size_bytes) as bigint) as size_bytes,
    false as is_disputed,
    false as is_tax_held,
    false as is_unvalidated,
    false as has_open_item,
    false as reaches_period,
    false as is_unbalanced,
    false as has_no_terms,
    lost.entry_on,
    lost.entry_on as last_on,
    cast(null as date) as fiscal_year_from,
    cast(null as date) as fiscal_year_end,
    cast(null as date) as tax_held_until,
    min(cut_offs.cut_off) as cut_off,
    min(cut_offs.calendar_cut_off) as calendar_cut_off,
    min(cut_offs.fiscal_cut_off) as fiscal_cut_off,
    cast(null as date) as free_on,
from lost
left join cut_offs on cut_offs.dossier_key = lost.dossier_key
group by lost.client_id, lost.dossier_id, lost.journal_code, lost.entry_number, lost.entry_on

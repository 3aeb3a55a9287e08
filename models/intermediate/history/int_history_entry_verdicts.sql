-- One row per entry: its verdict, what it rests on and the day it frees (art. 4).
with weighed as (
    select * from {{ ref('int_history_entries_weighed') }}
),

active_holds as (
    select
        active_holds.dossier_key,
        active_holds.whole_id,
        {{ reason_list('active_holds.reason') }} as reasons,
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
    left join {{ ref('int_history_entries_lettered_beyond') }} as lettered_beyond
        on lettered_beyond.dossier_key = weighed.dossier_key
        and lettered_beyond.whole_id = weighed.whole_id
)

select
    judged.dossier_key,
    fingerprints.fingerprint,
    judged.entry_id,
    case when judged.entry_key is not null then judged.whole_id end as whole_id,
    judged.journal_code,
    judged.entry_number,
    cast(judged.entry_key as {{ entry_key_type() }}) as entry_key,
    cast(judged.final_verdict as {{ verdict_type() }}) as verdict,
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
    judged.entry_on,
    judged.last_on,
    judged.fiscal_year_end,
    judged.tax_held_until,
    case
        when judged.final_verdict in ('quarantine', 'blocked') then cast(null as date)
        when judged.has_holds then free_days.free_on
        else judged.free_before_holds_on
    end as free_on,
from judged
inner join {{ ref('int_history_fingerprints') }} as fingerprints
    on fingerprints.dossier_key = judged.dossier_key
left join active_holds
    on active_holds.dossier_key = judged.dossier_key and active_holds.whole_id = judged.whole_id
left join {{ ref('int_history_free_days') }} as free_days
    on free_days.dossier_key = judged.dossier_key and free_days.whole_id = judged.whole_id

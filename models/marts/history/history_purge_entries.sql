-- One row per entry out of the period: what would become of it, and why (art. 4).
-- A view: what readers open is written once, when it is published.
{{ config(materialized='view') }}
with verdicts as (
    select * from {{ ref('int_history_entry_verdicts') }}
    where verdict <> 'keep'
),

cut_offs as (
    select * from {{ ref('int_history_cut_offs') }}
)

select
    cut_offs.client_id,
    cut_offs.dossier_id,
    verdicts.journal_code,
    verdicts.entry_number,
    verdicts.entry_on,
    verdicts.fiscal_year_end,
    cast(verdicts.verdict as string) as verdict,
    case
        when verdicts.verdict in ('purge', 'previously_purged') then ''
        else concat_ws(
                '; ',
                {{ reason_text('verdicts.own_reasons') }},
                case
                    when verdicts.is_tax_held
                        then concat(
                                'tax_', cast(cut_offs.tax_years as string), 'y until ',
                                cast(verdicts.tax_held_until as string)
                            )
                end,
                case when verdicts.verdict = 'blocked' and cut_offs.has_no_terms then 'no_terms' end,
                case when verdicts.is_unvalidated then 'not_validated' end,
                case when verdicts.has_open_item then 'open_item' end,
                case when verdicts.reaches_period then 'lettering_reaches_period' end,
                case when verdicts.is_unbalanced then 'unbalanced' end
            )
    end as reasons,
    verdicts.lines,
    verdicts.debit,
    verdicts.credit,
    verdicts.size_bytes as bytes,
    verdicts.free_on,
    verdicts.entry_id
from verdicts
inner join cut_offs on cut_offs.dossier_key = verdicts.dossier_key
where verdicts.verdict <> 'quarantine'
    or not coalesce(verdicts.is_kept, false)

union all

select
    unread.client_id,
    unread.dossier_id,
    unread.journal_code,
    unread.entry_number,
    unread.entry_on,
    cast(null as date) as fiscal_year_end,
    'quarantine' as verdict,
    unread.rules as reasons,
    unread.lines,
    cast(0 as decimal(24, 2)) as debit,
    cast(0 as decimal(24, 2)) as credit,
    unread.size_bytes as bytes,
    cast(null as date) as free_on,
    cast(null as bigint) as entry_id
from {{ ref('int_history_entries_unread') }} as unread
left join cut_offs
    on cut_offs.client_id = unread.client_id and cut_offs.dossier_id = unread.dossier_id
where coalesce(unread.entry_on < cut_offs.cut_off, true)

-- One row per dossier and day on which entries free, as far as dates can tell: what the next purges will find.
with verdicts as (
    select * from {{ ref('int_history_entry_verdicts') }}
    where verdict in ('keep', 'hold', 'hold_tax')
),

cut_offs as (
    select * from {{ ref('int_history_cut_offs') }}
),

counted as (
    select
        verdicts.dossier_key,
        verdicts.free_on,
        verdicts.verdict,
        cast(count(*) as bigint) as entries,
        cast(sum(verdicts.lines) as bigint) as lines,
        cast(sum(verdicts.debit) as decimal(18, 2)) as debit,
        cast(sum(verdicts.credit) as decimal(18, 2)) as credit,
        cast(sum(verdicts.size_bytes) as bigint) as bytes,
    from verdicts
    group by verdicts.dossier_key, verdicts.free_on, verdicts.verdict
)

select
    cut_offs.contract_id,
    cut_offs.client_id,
    cut_offs.dossier_id,
    counted.free_on,
    counted.verdict,
    counted.entries,
    counted.lines,
    counted.debit,
    counted.credit,
    counted.bytes,
from counted
inner join cut_offs on cut_offs.dossier_key = counted.dossier_key

-- One row per dossier and day on which entries free, as far as dates can tell: what the next purges will find.
with counts as (
    select * from {{ ref('int_history_counts') }}
    where verdict in ('keep', 'hold', 'hold_tax')
),

cut_offs as (
    select * from {{ ref('int_history_cut_offs') }}
),

counted as (
    select
        counts.dossier_key,
        counts.free_on,
        counts.verdict,
        cast(sum(counts.entries) as bigint) as entries,
        cast(sum(counts.lines) as bigint) as lines,
        cast(sum(counts.debit) as decimal(24, 2)) as debit,
        cast(sum(counts.credit) as decimal(24, 2)) as credit,
        cast(sum(counts.size_bytes) as bigint) as bytes
    from counts
    group by counts.dossier_key, counts.free_on, counts.verdict
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
    counted.bytes
from counted
inner join cut_offs on cut_offs.dossier_key = counted.dossier_key

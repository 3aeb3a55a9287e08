-- One row per dossier and day on which entries free, as far as dates can tell: what the next purges will find.
with verdicts as (
    select * from {{ ref('int_history_entry_verdicts') }}
)

select
    verdicts.contract_id,
    verdicts.client_id,
    verdicts.dossier_id,
    verdicts.free_on,
    verdicts.verdict,
    cast(count(*) as bigint) as entries,
    cast(sum(verdicts.lines) as bigint) as lines,
    cast(sum(verdicts.debit) as decimal(18, 2)) as debit,
    cast(sum(verdicts.credit) as decimal(18, 2)) as credit,
    cast(sum(verdicts.size_bytes) as bigint) as bytes,
from verdicts
where verdicts.verdict in ('keep', 'hold', 'hold_tax')
group by
    verdicts.contract_id, verdicts.client_id, verdicts.dossier_id, verdicts.free_on,
    verdicts.verdict

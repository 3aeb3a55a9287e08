-- One row per dossier and journal: what tells its entries apart, and what the law's key would have left unbalanced.
with asked as (
    select fingerprints.dossier_key
    from {{ ref('int_history_fingerprints') }} as fingerprints
    where {{ is_asked('fingerprints.dossier_key') }}
),

verdicts as (
    select verdicts.*
    from {{ ref('int_history_entry_verdicts') }} as verdicts
    inner join asked on asked.dossier_key = verdicts.dossier_key
),

by_law as (
    select
        verdicts.dossier_key,
        verdicts.fingerprint,
        verdicts.journal_code,
        cast(max(verdicts.entry_key) as string) as entry_key,
        cast(count(*) as integer) as entries,
        cast(count(case when verdicts.debit <> verdicts.credit then 1 end) as integer) as unbalanced,
    from verdicts
    group by verdicts.dossier_key, verdicts.fingerprint, verdicts.journal_code
),

wholes as (
    select
        verdicts.dossier_key,
        verdicts.journal_code,
        sum(verdicts.debit) - sum(verdicts.credit) as balance,
    from verdicts
    where verdicts.whole_id is not null
    group by verdicts.dossier_key, verdicts.journal_code, verdicts.whole_id
),

by_whole as (
    select
        wholes.dossier_key,
        wholes.journal_code,
        cast(count(*) as integer) as entries,
        cast(count(case when wholes.balance <> 0 then 1 end) as integer) as unbalanced,
    from wholes
    group by wholes.dossier_key, wholes.journal_code
)

select
    by_law.dossier_key,
    by_law.fingerprint,
    by_law.journal_code,
    coalesce(by_law.entry_key, 'journal_number_date') as entry_key,
    by_law.entries as law_entries,
    by_law.unbalanced as law_unbalanced,
    coalesce(by_whole.entries, by_law.entries) as entries,
    coalesce(by_whole.unbalanced, by_law.unbalanced) as unbalanced,
from by_law
left join by_whole
    on by_whole.dossier_key = by_law.dossier_key and by_whole.journal_code = by_law.journal_code

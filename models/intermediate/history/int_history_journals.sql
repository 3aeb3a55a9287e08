-- One row per dossier and journal: what tells its entries apart, and what the law's key would have left unbalanced.
with by_law as (
    select
        counts.dossier_key,
        counts.journal_code,
        cast(sum(counts.entries) as integer) as entries,
        cast(sum(counts.unbalanced_entries) as integer) as unbalanced
    from {{ ref('int_history_counts') }} as counts
    group by counts.dossier_key, counts.journal_code
),

by_whole as (
    select
        findings.dossier_key,
        entries.journal_code,
        cast(max(findings.entry_key) as string) as entry_key,
        cast(count(distinct findings.whole_id) as integer) as entries,
        cast(count(distinct case when findings.is_unbalanced then findings.whole_id end) as integer) as unbalanced
    from {{ ref('int_history_entry_findings') }} as findings
    inner join {{ ref('stg_history__entries') }} as entries
        on entries.dossier_key = findings.dossier_key and entries.entry_id = findings.entry_id
    where findings.whole_id is not null
    group by findings.dossier_key, entries.journal_code
)

select
    by_law.dossier_key,
    by_law.journal_code,
    coalesce(by_whole.entry_key, 'journal_number_date') as entry_key,
    by_law.entries as law_entries,
    by_law.unbalanced as law_unbalanced,
    coalesce(by_whole.entries, by_law.entries) as entries,
    coalesce(by_whole.unbalanced, by_law.unbalanced) as unbalanced
from by_law
left join by_whole
    on by_whole.dossier_key = by_law.dossier_key and by_whole.journal_code = by_law.journal_code

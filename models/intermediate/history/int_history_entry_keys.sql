-- One row per journal of a dossier in which entries do not balance: the entry key that leaves the fewest unbalanced ones.
-- The law's (journal, number, date) stays unless another leaves fewer without lumping more lines into them (R14).
with entries as (
    select * from {{ ref('int_history_entries_doubtful') }}
),

tried as (
    select
        entries.dossier_key,
        entries.journal_code,
        'journal_number_date' as entry_key,
        1 as rank,
        entries.lines,
        entries.debit - entries.credit as balance
    from entries

    union all

    select
        entries.dossier_key,
        entries.journal_code,
        'journal_date_piece' as entry_key,
        2 as rank,
        sum(entries.lines) as lines,
        sum(entries.debit - entries.credit) as balance
    from entries
    group by entries.dossier_key, entries.journal_code, entries.entry_on, entries.piece

    union all

    select
        entries.dossier_key,
        entries.journal_code,
        'journal_date' as entry_key,
        3 as rank,
        sum(entries.lines) as lines,
        sum(entries.debit - entries.credit) as balance
    from entries
    group by entries.dossier_key, entries.journal_code, entries.entry_on

    union all

    select
        entries.dossier_key,
        entries.journal_code,
        'journal_number' as entry_key,
        4 as rank,
        sum(entries.lines) as lines,
        sum(entries.debit - entries.credit) as balance
    from entries
    group by entries.dossier_key, entries.journal_code, entries.entry_number
),

weighed as (
    select
        tried.dossier_key,
        tried.journal_code,
        tried.entry_key,
        tried.rank,
        count(case when tried.balance <> 0 then 1 end) as unbalanced,
        sum(case when tried.balance <> 0 then tried.lines else 0 end) as unbalanced_lines
    from tried
    group by tried.dossier_key, tried.journal_code, tried.entry_key, tried.rank
),

ranked as (
    select
        weighed.*,
        row_number() over (
            partition by weighed.dossier_key, weighed.journal_code
            order by weighed.unbalanced, weighed.rank
        ) as place
    from weighed
    inner join weighed as law
        on law.dossier_key = weighed.dossier_key
        and law.journal_code = weighed.journal_code
        and law.rank = 1
        and law.unbalanced_lines >= weighed.unbalanced_lines
)

select
    ranked.dossier_key,
    ranked.journal_code,
    ranked.entry_key
from ranked
where ranked.place = 1

-- One row per journal of a dossier: the entry key that leaves the fewest unbalanced entries.
-- The law's (journal, number, date) stays unless another leaves fewer without lumping more lines into them (R14).
with entries as (
    select * from {{ ref('int_history_entries') }}
),

journals as (
    select
        entries.dossier_key,
        entries.journal_code,
        cast(count(*) as integer) as entries,
        cast(count(case when entries.debit <> entries.credit then 1 end) as integer) as unbalanced,
        cast(sum(case when entries.debit <> entries.credit then entries.lines else 0 end) as bigint)
            as unbalanced_lines,
    from entries
    group by entries.dossier_key, entries.journal_code
),

doubtful as (
    select
        entries.*,
        pieces.piece,
    from entries
    inner join {{ ref('int_history_entry_pieces') }} as pieces
        on pieces.dossier_key = entries.dossier_key and pieces.entry_id = entries.entry_id
),

tried as (
    select
        doubtful.dossier_key,
        doubtful.journal_code,
        'journal_date_piece' as entry_key,
        2 as rank,
        sum(doubtful.lines) as lines,
        sum(doubtful.debit - doubtful.credit) as balance,
    from doubtful
    group by doubtful.dossier_key, doubtful.journal_code, doubtful.entry_on, doubtful.piece

    union all

    select
        doubtful.dossier_key,
        doubtful.journal_code,
        'journal_date' as entry_key,
        3 as rank,
        sum(doubtful.lines) as lines,
        sum(doubtful.debit - doubtful.credit) as balance,
    from doubtful
    group by doubtful.dossier_key, doubtful.journal_code, doubtful.entry_on

    union all

    select
        doubtful.dossier_key,
        doubtful.journal_code,
        'journal_number' as entry_key,
        4 as rank,
        sum(doubtful.lines) as lines,
        sum(doubtful.debit - doubtful.credit) as balance,
    from doubtful
    group by doubtful.dossier_key, doubtful.journal_code, doubtful.entry_number
),

weighed as (
    select
        journals.dossier_key,
        journals.journal_code,
        'journal_number_date' as entry_key,
        1 as rank,
        journals.entries,
        journals.unbalanced,
        journals.unbalanced_lines,
    from journals

    union all

    select
        tried.dossier_key,
        tried.journal_code,
        tried.entry_key,
        tried.rank,
        cast(count(*) as integer) as entries,
        cast(count(case when tried.balance <> 0 then 1 end) as integer) as unbalanced,
        cast(sum(case when tried.balance <> 0 then tried.lines else 0 end) as bigint)
            as unbalanced_lines,
    from tried
    group by tried.dossier_key, tried.journal_code, tried.entry_key, tried.rank
),

ranked as (
    select
        weighed.*,
        row_number() over (
            partition by weighed.dossier_key, weighed.journal_code
            order by weighed.unbalanced, weighed.rank
        ) as place,
    from weighed
    inner join journals
        on journals.dossier_key = weighed.dossier_key
        and journals.journal_code = weighed.journal_code
        and journals.unbalanced_lines >= weighed.unbalanced_lines
)

select
    ranked.dossier_key,
    ranked.journal_code,
    ranked.entry_key,
    journals.entries as law_entries,
    journals.unbalanced as law_unbalanced,
    ranked.entries,
    ranked.unbalanced,
from ranked
inner join journals
    on journals.dossier_key = ranked.dossier_key
    and journals.journal_code = ranked.journal_code
where ranked.place = 1

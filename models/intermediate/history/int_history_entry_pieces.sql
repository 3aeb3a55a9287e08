-- One row per entry of a journal in which entries do not balance: its first piece, by which they may be told apart better.
with entries as (
    select * from {{ ref('int_history_entries') }}
),

doubtful as (
    select distinct
        entries.dossier_key,
        entries.journal_code,
    from entries
    where entries.debit <> entries.credit
),

looked_at as (
    select
        entries.dossier_key,
        entries.entry_id,
    from entries
    inner join doubtful
        on doubtful.dossier_key = entries.dossier_key
        and doubtful.journal_code = entries.journal_code
)

select
    looked_at.dossier_key,
    looked_at.entry_id,
    min(movements.piece) as piece,
from looked_at
inner join {{ ref('stg_history__movements') }} as movements
    on movements.dossier_key = looked_at.dossier_key
    and movements.entry_id = looked_at.entry_id
inner join {{ ref('int_history_fingerprints') }} as fingerprints
    on fingerprints.dossier_key = movements.dossier_key
where {{ is_asked('fingerprints.dossier_key') }}
group by looked_at.dossier_key, looked_at.entry_id

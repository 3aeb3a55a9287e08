-- One row per entry of a journal in which entries do not balance, with its first piece, by which they may be told apart better.
with entries as (
    select * from {{ ref('int_history_entries') }}
),

journals as (
    select distinct
        entries.dossier_key,
        entries.journal_code
    from entries
    where entries.debit <> entries.credit
),

-- Few dossiers have such a journal; their lines are grouped whole, which is cheaper than to look each one up among the entries.
pieces as (
    select
        movements.dossier_key,
        movements.entry_id,
        min(movements.piece) as piece
    from {{ source('landing', 'movements') }} as movements
    inner join (select distinct journals.dossier_key from journals) as dossiers
        on dossiers.dossier_key = movements.dossier_key
    group by movements.dossier_key, movements.entry_id
),

looked_at as (
    select entries.*
    from journals
    inner join entries
        on entries.dossier_key = journals.dossier_key and entries.journal_code = journals.journal_code
)

select
    looked_at.*,
    pieces.piece
from looked_at
left join pieces
    on pieces.dossier_key = looked_at.dossier_key and pieces.entry_id = looked_at.entry_id

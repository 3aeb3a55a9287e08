-- One row per whole entry past all other controls that is lettered with a line of an entry that stays.
-- One step only: what a lettering holds back holds nothing back itself, or chains of payments would hold every year for ever.
with movements as (
    select
        movements.dossier_key,
        movements.entry_id,
        movements.lettering_id,
    from {{ ref('stg_history__movements') }} as movements
    where movements.lettering_id is not null
),

weighed as (
    select * from {{ ref('int_history_entries_weighed') }}
),

going as (
    select
        weighed.dossier_key,
        weighed.entry_id,
        weighed.whole_id,
        weighed.verdict,
    from weighed
    where weighed.verdict in ('purge', 'previously_purged') and weighed.is_lettered
),

beyond as (
    select
        movements.dossier_key,
        movements.lettering_id,
    from movements
    left join going
        on going.dossier_key = movements.dossier_key and going.entry_id = movements.entry_id
    group by movements.dossier_key, movements.lettering_id
    having count(going.entry_id) > 0 and count(going.entry_id) < count(*)
)

select distinct
    going.dossier_key,
    going.whole_id,
from beyond
inner join movements
    on movements.dossier_key = beyond.dossier_key
    and movements.lettering_id = beyond.lettering_id
inner join going
    on going.dossier_key = movements.dossier_key
    and going.entry_id = movements.entry_id
    and going.verdict = 'purge'

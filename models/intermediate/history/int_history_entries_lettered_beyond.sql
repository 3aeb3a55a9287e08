-- One row per whole entry past all other controls that is lettered with a line of an entry that stays.
-- A line that cannot be read stays: it holds what it is lettered with, and where that cannot be told, all that is lettered.
-- One step only: what a lettering holds back holds nothing back itself, or chains of payments would hold every year for ever.
with movements as (
    select
        movements.dossier_key,
        movements.entry_id,
        movements.lettering_id
    from {{ source('landing', 'movements') }} as movements
    inner join {{ ref('int_history_fingerprints') }} as fingerprints
        on fingerprints.dossier_key = movements.dossier_key
    where movements.lettering_id is not null and {{ is_asked('fingerprints.dossier_key') }}
),

going as (
    select
        movements.dossier_key,
        movements.lettering_id,
        weighed.whole_id,
        weighed.verdict
    from {{ ref('int_history_entries_weighed') }} as weighed
    inner join movements
        on movements.dossier_key = weighed.dossier_key
        and movements.entry_id = weighed.entry_id
    where weighed.verdict in ('purge', 'previously_purged') and weighed.is_lettered
),

letterings as (
    select
        going.dossier_key,
        going.lettering_id,
        count(*) as lines_going
    from going
    group by going.dossier_key, going.lettering_id
),

unreadable as (
    select * from {{ ref('int_history_unreadable_lines') }}
),

beyond as (
    select
        letterings.dossier_key,
        letterings.lettering_id
    from letterings
    inner join movements
        on movements.dossier_key = letterings.dossier_key
        and movements.lettering_id = letterings.lettering_id
    group by letterings.dossier_key, letterings.lettering_id
    having count(*) > max(letterings.lines_going)

    union

    select
        letterings.dossier_key,
        letterings.lettering_id
    from letterings
    inner join unreadable
        on unreadable.dossier_key = letterings.dossier_key
        and (
            unreadable.is_lettering_unknown
            or unreadable.lettering_id = letterings.lettering_id
        )
)

select distinct
    going.dossier_key,
    going.whole_id
from beyond
inner join going
    on going.dossier_key = beyond.dossier_key
    and going.lettering_id = beyond.lettering_id
    and going.verdict = 'purge'

-- One row per whole entry with named holds: the first day, from the end of the period and of the statutory hold on, on which
-- no hold holds; null while one is open.
with weighed as (
    select
        weighed.dossier_key,
        weighed.whole_id,
        weighed.entry_id,
        weighed.free_before_holds_on
    from {{ ref('int_history_entries_weighed') }} as weighed
    where weighed.has_holds
),

holds as (
    select distinct
        weighed.dossier_key,
        weighed.whole_id,
        entry_holds.hold_id,
        entry_holds.from_on,
        entry_holds.free_from
    from weighed
    inner join {{ ref('int_history_entry_holds') }} as entry_holds
        on entry_holds.dossier_key = weighed.dossier_key
        and entry_holds.entry_id = weighed.entry_id
),

candidates as (
    select distinct
        weighed.dossier_key,
        weighed.whole_id,
        weighed.free_before_holds_on as free_on
    from weighed

    union

    select
        holds.dossier_key,
        holds.whole_id,
        holds.free_from as free_on
    from holds
    inner join weighed
        on weighed.dossier_key = holds.dossier_key
        and weighed.whole_id = holds.whole_id
        and weighed.free_before_holds_on < holds.free_from
    where holds.free_from < date '9999-12-31'
),

free as (
    select
        candidates.dossier_key,
        candidates.whole_id,
        candidates.free_on
    from candidates
    left join holds
        on holds.dossier_key = candidates.dossier_key
        and holds.whole_id = candidates.whole_id
        and holds.from_on <= candidates.free_on
        and holds.free_from > candidates.free_on
    where holds.hold_id is null
)

select
    holds.dossier_key,
    holds.whole_id,
    min(free.free_on) as free_on
from holds
left join free on free.dossier_key = holds.dossier_key and free.whole_id = holds.whole_id
group by holds.dossier_key, holds.whole_id

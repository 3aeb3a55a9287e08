-- One row per whole entry that a lettering or a named hold ties, and one without an entry for each dossier looked at.
with active_holds as (
    select
        active_holds.dossier_key,
        active_holds.whole_id,
        {{ reason_list('active_holds.reason') }} as reasons
    from {{ ref('int_history_active_holds') }} as active_holds
    group by active_holds.dossier_key, active_holds.whole_id
),

free_days as (
    select * from {{ ref('int_history_free_days') }}
),

lettered_beyond as (
    select * from {{ ref('int_history_entries_lettered_beyond') }}
),

tied as (
    -- Whatever hold is active has a free day, or none yet: free_days has a row of it.
    select
        free_days.dossier_key,
        free_days.whole_id
    from free_days

    union

    select
        lettered_beyond.dossier_key,
        lettered_beyond.whole_id
    from lettered_beyond

    union

    select
        fingerprints.dossier_key,
        cast(null as bigint) as whole_id
    from {{ ref('int_history_fingerprints') }} as fingerprints
    where {{ is_asked('fingerprints.dossier_key') }}
)

select
    tied.dossier_key,
    fingerprints.fingerprint,
    tied.whole_id,
    active_holds.reasons as hold_reasons,
    lettered_beyond.whole_id is not null as reaches_period,
    free_days.free_on as free_after_holds_on
from tied
inner join {{ ref('int_history_fingerprints') }} as fingerprints
    on fingerprints.dossier_key = tied.dossier_key
left join active_holds
    on active_holds.dossier_key = tied.dossier_key and active_holds.whole_id = tied.whole_id
left join free_days
    on free_days.dossier_key = tied.dossier_key and free_days.whole_id = tied.whole_id
left join lettered_beyond
    on lettered_beyond.dossier_key = tied.dossier_key and lettered_beyond.whole_id = tied.whole_id

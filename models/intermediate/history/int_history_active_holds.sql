-- One row per whole entry and reason of a hold that is active on the date asked.
with weighed as (
    select * from {{ ref('int_history_entries_weighed') }}
    where is_held
),

cut_offs as (
    select * from {{ ref('int_history_cut_offs') }}
)

select distinct
    weighed.dossier_key,
    weighed.whole_id,
    concat(entry_holds.reason, ' (', entry_holds.hold_id, ')') as reason
from weighed
inner join cut_offs on cut_offs.dossier_key = weighed.dossier_key
inner join {{ ref('int_history_entry_holds') }} as entry_holds
    on entry_holds.dossier_key = weighed.dossier_key
    and entry_holds.entry_id = weighed.entry_id
    and entry_holds.from_on <= cut_offs.as_of_on
    and entry_holds.free_from > cut_offs.as_of_on

-- One row per contract, content and stretch of validity: days a night is kept and places that must
-- hold it (art. 9). Documents follow a cycle and only their last state is promised, so any one
-- place will do.
with targets as (
    select * from {{ ref('int_targets') }}
),

terms as (
    select * from {{ ref('int_terms') }}
),

kept as (
    select * from targets
    where targets.commitment = 'backup_retention'
),

places as (
    select * from targets
    where targets.commitment = 'backup_places'
)

select
    kept.contract_id,
    'data' as content,
    cast(kept.value as integer) as kept_days,
    cast(coalesce(places.value, 1) as integer) as places_needed,
    greatest(kept.valid_from, coalesce(places.valid_from, kept.valid_from)) as valid_from,
    case
        when kept.valid_until is null then places.valid_until
        when places.valid_until is null then kept.valid_until
        else least(kept.valid_until, places.valid_until)
    end as valid_until
from kept
left join places
    on places.contract_id = kept.contract_id
    and (kept.valid_until is null or places.valid_from < kept.valid_until)
    and (places.valid_until is null or places.valid_until > kept.valid_from)

union all

select
    terms.contract_id,
    'documents' as content,
    cast(terms.value as integer) as kept_days,
    1 as places_needed,
    terms.valid_from,
    terms.valid_until
from terms
where terms.term = 'documents_backup_cycle_days'

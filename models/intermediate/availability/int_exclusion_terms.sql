-- One row per contract, cause and stretch of time in which downtime of that cause is left out of the rate (art. 6).
select
    exclusions.contract_id,
    exclusions.cause,
    exclusions.only_inside_clock,
    opening.changed_at as held_from,
    coalesce(closing.changed_at, {{ utc_midnight("date '9999-12-31'") }}) as held_until
from {{ source('contract', 'exclusions') }} as exclusions
inner join {{ ref('int_contract_changes') }} as opening
    on opening.contract_id = exclusions.contract_id
    and opening.changed_on = exclusions.valid_from
left join {{ ref('int_contract_changes') }} as closing
    on closing.contract_id = exclusions.contract_id
    and closing.changed_on = exclusions.valid_until
where exclusions.is_excluded

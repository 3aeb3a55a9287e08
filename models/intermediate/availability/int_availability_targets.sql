-- One row per contract and stretch of time in which one target for availability holds (art. 6).
select
    targets.contract_id,
    targets.value as target_pct,
    opening.changed_at as target_from,
    coalesce(closing.changed_at, {{ utc_midnight("date '9999-12-31'") }}) as target_until
from {{ ref('int_targets') }} as targets
inner join {{ ref('int_contract_changes') }} as opening
    on opening.contract_id = targets.contract_id
    and opening.changed_on = targets.valid_from
left join {{ ref('int_contract_changes') }} as closing
    on closing.contract_id = targets.contract_id
    and closing.changed_on = targets.valid_until
where targets.commitment = 'availability'
    and opening.changed_at < coalesce(
        closing.changed_at, {{ utc_midnight("date '9999-12-31'") }}
    )

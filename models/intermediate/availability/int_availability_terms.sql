-- One row per contract and stretch of time in which its terms for availability stay the same (R2, R4, R5).
with terms as (
    select
        int_terms.contract_id,
        int_terms.term,
        int_terms.value,
        opening.changed_at as held_from,
        coalesce(closing.changed_at, {{ utc_midnight("date '9999-12-31'") }}) as held_until
    from {{ ref('int_terms') }} as int_terms
    inner join {{ ref('int_contract_changes') }} as opening
        on opening.contract_id = int_terms.contract_id
        and opening.changed_on = int_terms.valid_from
    left join {{ ref('int_contract_changes') }} as closing
        on closing.contract_id = int_terms.contract_id
        and closing.changed_on = int_terms.valid_until
    where int_terms.term in (
            'quorum', 'probe_validity_periods', 'confirmation_checks', 'minimum_outage_s'
        )
),

bounds as (
    select
        terms.contract_id,
        terms.held_from as bound_at
    from terms

    union

    select
        terms.contract_id,
        terms.held_until as bound_at
    from terms
),

stretches as (
    select
        bounds.contract_id,
        bounds.bound_at as stretch_from,
        lead(bounds.bound_at) over (
            partition by bounds.contract_id order by bounds.bound_at
        ) as stretch_until
    from bounds
)

select
    stretches.contract_id,
    stretches.stretch_from,
    stretches.stretch_until,
    max(case when terms.term = 'quorum' then terms.value end) as quorum,
    max(case when terms.term = 'probe_validity_periods' then cast(terms.value as decimal(18, 6)) end)
        as validity_periods,
    max(case when terms.term = 'confirmation_checks' then cast(terms.value as bigint) end)
        as confirmation_checks,
    max(case when terms.term = 'minimum_outage_s' then cast(terms.value as decimal(18, 6)) end)
        as minimum_outage_s
from stretches
inner join terms
    on terms.contract_id = stretches.contract_id
    and terms.held_from <= stretches.stretch_from
    and terms.held_until > stretches.stretch_from
where stretches.stretch_until is not null
group by stretches.contract_id, stretches.stretch_from, stretches.stretch_until

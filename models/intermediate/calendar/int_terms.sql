-- One row per contract, term and stretch of validity; where the contract is silent the default holds.
with terms as (
    select * from {{ source('contract', 'terms') }}
),

defaults as (
    select
        int_contracts.contract_id,
        term_defaults.term,
        term_defaults.value,
        term_defaults.rule as clause
    from {{ source('contract', 'term_defaults') }} as term_defaults
    cross join {{ ref('int_contracts') }} as int_contracts
    where term_defaults.value is not null
),

following as (
    select
        terms.contract_id,
        terms.term,
        terms.valid_from,
        terms.valid_until,
        lag(terms.valid_until) over (
            partition by terms.contract_id, terms.term order by terms.valid_from
        ) as previous_until,
        row_number() over (
            partition by terms.contract_id, terms.term order by terms.valid_from desc
        ) as place_from_end,
        row_number() over (
            partition by terms.contract_id, terms.term order by terms.valid_from
        ) as place
    from terms
),

silences as (
    select
        following.contract_id,
        following.term,
        case when following.place = 1 then date '1900-01-01' else following.previous_until end
            as valid_from,
        following.valid_from as valid_until
    from following
    where following.place = 1 or following.previous_until < following.valid_from

    union all

    select
        following.contract_id,
        following.term,
        following.valid_until as valid_from,
        cast(null as date) as valid_until
    from following
    where following.place_from_end = 1 and following.valid_until is not null
),

filled as (
    select
        defaults.contract_id,
        defaults.term,
        defaults.value,
        defaults.clause,
        coalesce(silences.valid_from, date '1900-01-01') as valid_from,
        silences.valid_until
    from defaults
    left join silences
        on silences.contract_id = defaults.contract_id and silences.term = defaults.term
    where silences.term is not null
        or not exists (
            select 1 from terms
            where terms.contract_id = defaults.contract_id and terms.term = defaults.term
        )
)

select
    terms.contract_id,
    terms.term,
    terms.value,
    terms.clause,
    terms.valid_from,
    terms.valid_until
from terms

union all

select * from filled

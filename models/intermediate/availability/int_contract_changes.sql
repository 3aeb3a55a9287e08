-- One row per contract and civil day on which a term, target or exclusion begins or ends, with its first instant.
with dated as (
    select
        terms.contract_id,
        terms.valid_from as changed_on
    from {{ ref('int_terms') }} as terms

    union

    select
        terms.contract_id,
        terms.valid_until as changed_on
    from {{ ref('int_terms') }} as terms

    union

    select
        targets.contract_id,
        targets.valid_from as changed_on
    from {{ ref('int_targets') }} as targets

    union

    select
        targets.contract_id,
        targets.valid_until as changed_on
    from {{ ref('int_targets') }} as targets

    union

    select
        exclusions.contract_id,
        exclusions.valid_from as changed_on
    from {{ source('contract', 'exclusions') }} as exclusions

    union

    select
        exclusions.contract_id,
        exclusions.valid_until as changed_on
    from {{ source('contract', 'exclusions') }} as exclusions
),

days as (
    select * from {{ ref('int_contract_days') }}
),

spans as (
    select
        days.contract_id,
        min(days.day_on) as first_on
    from days
    group by days.contract_id
)

-- Beyond the calendar nothing is measured: what began before it has always held, what begins after it never does.
select
    dated.contract_id,
    dated.changed_on,
    case
        when days.day_from is not null then days.day_from
        when dated.changed_on < spans.first_on then {{ utc_midnight("date '1900-01-01'") }}
        else {{ utc_midnight("date '9999-12-31'") }}
    end as changed_at
from dated
inner join spans on spans.contract_id = dated.contract_id
left join days
    on days.contract_id = dated.contract_id
    and days.day_on = dated.changed_on
where dated.changed_on is not null

-- One row per environment, content and month of the nights: required, and covered when taken (art.
-- 9). Nights that no listing could tell of make it an interval.
with months as (
    select * from {{ ref('int_backup_months') }}
),

uneven as (
    select
        nights.environment_id,
        nights.content,
        nights.month,
        nights.places_needed,
        sum(case when nights.places_covered >= nights.places_needed then 1 else 0 end)
            as covered_nights,
        sum(case
            when nights.places_covered + nights.places_unknown >= nights.places_needed then 1
            else 0
        end) as coverable_nights
    from {{ ref('int_backup_uneven_nights') }} as nights
    group by nights.environment_id, nights.content, nights.month, nights.places_needed
),

counted as (
    select
        months.contract_id,
        months.client_id,
        months.environment_id,
        months.environment_kind,
        months.is_production,
        months.content,
        months.month,
        sum(bit_count(months.required_nights)) as required_nights,
        sum(bit_count(months.covered_everywhere) + coalesce(uneven.covered_nights, 0))
            as covered_nights,
        sum(bit_count(months.covered_everywhere) + coalesce(uneven.coverable_nights, 0))
            as coverable_nights
    from months
    left join uneven
        on uneven.environment_id = months.environment_id
        and uneven.content = months.content
        and uneven.month = months.month
        and uneven.places_needed = months.places_needed
    group by
        months.contract_id,
        months.client_id,
        months.environment_id,
        months.environment_kind,
        months.is_production,
        months.content,
        months.month
)

select
    counted.contract_id,
    counted.client_id,
    counted.environment_id,
    counted.environment_kind,
    counted.content,
    counted.month,
    cast(counted.required_nights as bigint) as required_nights,
    cast(counted.covered_nights as bigint) as covered_nights,
    cast(counted.coverable_nights - counted.covered_nights as bigint) as unknown_nights,
    cast(counted.covered_nights as double) * 100 / counted.required_nights as coverage_pct,
    cast(counted.coverable_nights as double) * 100 / counted.required_nights as coverage_max_pct,
    case when counted.is_production then counted.covered_nights = counted.required_nights end
        as is_met,
    case
        when not counted.is_production then null
        when counted.covered_nights = counted.required_nights then 'met'
        when counted.coverable_nights = counted.required_nights then 'inconclusive'
        else 'broken'
    end as verdict
from counted

-- One row per environment, content and month of the nights: required, and covered when taken (art.
-- 9).
with nights as (
    select * from {{ ref('int_backup_nights') }}
),

covered as (
    select
        copies.environment_id,
        copies.content,
        copies.night_on,
        count(*) as places_covered,
    from {{ ref('int_backup_copies_by_night') }} as copies
    where copies.is_covered
    group by copies.environment_id, copies.content, copies.night_on
),

months as (
    select
        nights.contract_id,
        nights.client_id,
        nights.environment_id,
        nights.environment_kind,
        nights.is_production,
        nights.content,
        nights.month,
        count(*) as required_nights,
        sum(case
            when coalesce(covered.places_covered, 0) >= nights.places_needed then 1 else 0
        end) as covered_nights,
    from nights
    left join covered
        on covered.environment_id = nights.environment_id
        and covered.content = nights.content
        and covered.night_on = nights.night_on
    group by
        nights.contract_id,
        nights.client_id,
        nights.environment_id,
        nights.environment_kind,
        nights.is_production,
        nights.content,
        nights.month
)

select
    months.contract_id,
    months.client_id,
    months.environment_id,
    months.environment_kind,
    months.content,
    months.month,
    cast(months.required_nights as bigint) as required_nights,
    cast(months.covered_nights as bigint) as covered_nights,
    cast(months.covered_nights as double) * 100 / months.required_nights as coverage_pct,
    case when months.is_production then months.covered_nights = months.required_nights end
        as is_met,
from months

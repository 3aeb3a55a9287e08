-- One row per environment and content at as_of: required nights, those covered when taken, those
-- restorable now (art. 9).
with contents as (
    select distinct
        promises.contract_id,
        promises.content
    from {{ ref('int_backup_promises') }} as promises
),

places as (
    select distinct
        int_backup_places.content_key,
        int_backup_places.environment_id,
        int_backup_places.content
    from {{ ref('int_backup_places') }}
),

nights as (
    select
        due.environment_id,
        due.content,
        count(*) as required_nights,
        sum(case when due.is_covered then 1 else 0 end) as covered_nights,
        sum(case
            when due.places_covered + due.places_unknown >= due.places_needed then 1 else 0
        end) as coverable_nights,
        sum(case when due.is_restorable then 1 else 0 end) as restorable_nights,
        sum(case when due.is_saved_by_retry then 1 else 0 end) as retried_nights,
        max(case when due.is_covered then due.night_on end) as last_good_night_on,
        max(case when due.places_unknown > 0 then 1 else 0 end) = 1 as late_manifest
    from {{ ref('backup_nights') }} as due
    group by due.environment_id, due.content
),

expired as (
    select
        holdings.environment_id,
        holdings.content,
        count(*) as expired_early
    from {{ ref('int_backup_due_copies') }} as copies
    inner join {{ ref('int_backup_holdings') }} as holdings
        on holdings.holding_key = copies.holding_key
        and holdings.content = 'data'
        and holdings.opened_on <= copies.night_on
        and (holdings.closed_on is null or holdings.closed_on > copies.night_on)
    where copies.is_expired_early and copies.is_in_night and copies.is_good
    group by holdings.environment_id, holdings.content
),

counted as (
    select
        environments.contract_id,
        environments.client_id,
        environments.environment_id,
        environments.environment_kind,
        environments.is_production,
        contents.content,
        cast(coalesce(nights.required_nights, 0) as bigint) as required_nights,
        cast(coalesce(nights.covered_nights, 0) as bigint) as covered_nights,
        cast(coalesce(nights.coverable_nights, 0) as bigint) as coverable_nights,
        cast(coalesce(nights.restorable_nights, 0) as bigint) as restorable_nights,
        cast(coalesce(nights.retried_nights, 0) as bigint) as retried_nights,
        cast(coalesce(expired.expired_early, 0) as bigint) as expired_early,
        nights.last_good_night_on,
        gaps.gap_h as largest_gap_h,
        coalesce(nights.late_manifest, false) as late_manifest,
        places.environment_id is not null as is_in_a_manifest
    from {{ ref('stg_registry__environments') }} as environments
    inner join contents on contents.contract_id = environments.contract_id
    left join places
        on places.environment_id = environments.environment_id
        and places.content = contents.content
    left join nights
        on nights.environment_id = environments.environment_id
        and nights.content = contents.content
    left join expired
        on expired.environment_id = environments.environment_id
        and expired.content = contents.content
    left join {{ ref('int_backup_largest_gaps') }} as gaps
        on gaps.content_key = places.content_key
    where contents.content = 'data' or places.environment_id is not null
)

select
    counted.contract_id,
    counted.client_id,
    counted.environment_id,
    counted.environment_kind,
    counted.content,
    counted.required_nights,
    counted.covered_nights,
    counted.restorable_nights,
    counted.retried_nights,
    cast(counted.covered_nights as double) * 100 / nullif(counted.required_nights, 0)
        as coverage_pct,
    cast(counted.covered_nights as double) * 100 / nullif(counted.required_nights, 0)
        as coverage_floor_pct,
    cast(counted.coverable_nights as double) * 100 / nullif(counted.required_nights, 0)
        as coverage_max_pct,
    cast(counted.restorable_nights as double) * 100 / nullif(counted.required_nights, 0)
        as restorable_pct,
    counted.expired_early,
    counted.last_good_night_on,
    counted.largest_gap_h,
    case
        when counted.is_production and counted.required_nights > 0
            then counted.covered_nights = counted.required_nights
                and counted.restorable_nights = counted.required_nights
    end as is_met,
    case
        when not counted.is_production or counted.required_nights = 0 then null
        when counted.restorable_nights = counted.required_nights then 'met'
        when counted.coverable_nights = counted.required_nights and counted.expired_early = 0
            and counted.restorable_nights = counted.covered_nights then 'inconclusive'
        else 'broken'
    end as verdict,
    counted.late_manifest,
    counted.is_in_a_manifest
from counted

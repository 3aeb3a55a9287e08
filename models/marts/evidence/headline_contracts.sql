-- One row per contract: what its production environments' backups show at as_of.
with coverage as (
    select
        backup_coverage.contract_id,
        count(case when backup_coverage.required_nights > 0 then 1 end) as environments_required,
        count(
            case
                when backup_coverage.required_nights > 0 and backup_coverage.covered_nights = 0
                    then 1
            end
        ) as environments_without_cover,
        count(case when backup_coverage.is_met then 1 end) as environments_met,
        count(case when backup_coverage.late_manifest then 1 end) as late_manifests,
        sum(backup_coverage.required_nights) as required_nights,
        sum(backup_coverage.covered_nights) as covered_nights,
        sum(backup_coverage.restorable_nights) as restorable_nights,
        sum(backup_coverage.expired_early) as expired_early,
        sum(backup_coverage.required_nights * backup_coverage.coverage_floor_pct) as floor_weight,
        sum(backup_coverage.required_nights * backup_coverage.coverage_max_pct) as max_weight
    from {{ ref('backup_coverage') }} as backup_coverage
    where backup_coverage.content = 'data' and backup_coverage.environment_kind = 'production'
    group by backup_coverage.contract_id
)

select
    contracts.contract_id,
    contracts.time_zone,
    cast(coalesce(coverage.environments_required, 0) as bigint) as backup_environments,
    cast(coalesce(coverage.environments_met, 0) as bigint) as backup_environments_met,
    cast(coalesce(coverage.environments_without_cover, 0) as bigint)
        as backup_environments_uncovered,
    cast(coalesce(coverage.late_manifests, 0) as bigint) as late_manifests,
    cast(coalesce(coverage.required_nights, 0) as bigint) as required_nights,
    cast(coalesce(coverage.covered_nights, 0) as bigint) as covered_nights,
    cast(coalesce(coverage.restorable_nights, 0) as bigint) as restorable_nights,
    cast(coalesce(coverage.expired_early, 0) as bigint) as expired_early,
    100 * cast(coverage.covered_nights as double)
    / nullif(cast(coverage.required_nights as double), 0) as coverage_pct,
    coverage.floor_weight / nullif(cast(coverage.required_nights as double), 0)
        as coverage_floor_pct,
    coverage.max_weight / nullif(cast(coverage.required_nights as double), 0)
        as coverage_max_pct,
    100 * cast(coverage.restorable_nights as double)
    / nullif(cast(coverage.required_nights as double), 0) as restorable_pct
from {{ ref('int_contracts') }} as contracts
left join coverage on coverage.contract_id = contracts.contract_id

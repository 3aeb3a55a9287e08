-- One row per contract and month: the figures a reader meets first, over all production environments.
with availability as (
    select
        monthly_availability.contract_id,
        monthly_availability.month,
        count(*) as environments,
        count(case when monthly_availability.verdict = 'met' then 1 end)
            as environments_met,
        count(case when monthly_availability.verdict = 'broken' then 1 end)
            as environments_broken,
        count(case when monthly_availability.verdict = 'inconclusive' then 1 end)
            as environments_inconclusive,
        cast(sum(monthly_availability.reference_s) as decimal(24, 6)) as reference_s,
        cast(sum(monthly_availability.unavailable_s) as decimal(24, 6)) as unavailable_s,
        cast(sum(monthly_availability.excluded_s) as decimal(24, 6)) as excluded_s,
        cast(sum(monthly_availability.counted_s) as decimal(24, 6)) as counted_s,
        cast(sum(monthly_availability.unobserved_s) as decimal(24, 6)) as unobserved_s,
        cast(sum(monthly_availability.undecided_s) as decimal(24, 6)) as undecided_s,
        max(monthly_availability.target_pct) as target_pct
    from {{ ref('monthly_availability') }} as monthly_availability
    where monthly_availability.environment_kind = 'production'
    group by monthly_availability.contract_id, monthly_availability.month
),

adherence as (
    select
        headline_sla.contract_id,
        headline_sla.month,
        sum(headline_sla.tickets) as tickets,
        sum(headline_sla.met) as met,
        sum(headline_sla.breached) as breached,
        sum(headline_sla.running) as running,
        sum(headline_sla.not_covered) as not_covered
    from {{ ref('headline_sla') }} as headline_sla
    where headline_sla.contract_id is not null  -- tickets of clients nobody registered are no contract's
    group by headline_sla.contract_id, headline_sla.month
),

backups as (
    select
        monthly_backup_coverage.contract_id,
        monthly_backup_coverage.month,
        sum(monthly_backup_coverage.required_nights) as required_nights,
        sum(monthly_backup_coverage.covered_nights) as covered_nights
    from {{ ref('monthly_backup_coverage') }} as monthly_backup_coverage
    where monthly_backup_coverage.content = 'data'
        and monthly_backup_coverage.environment_kind = 'production'
    group by monthly_backup_coverage.contract_id, monthly_backup_coverage.month
),

months as (
    select
        availability.contract_id,
        availability.month
    from availability

    union

    select
        adherence.contract_id,
        adherence.month
    from adherence

    union

    select
        backups.contract_id,
        backups.month
    from backups
)

select
    months.contract_id,
    months.month,
    coalesce(contract_months.month_until <= run.as_of, false) as is_complete,
    cast(coalesce(availability.environments, 0) as bigint) as environments,
    cast(coalesce(availability.environments_met, 0) as bigint) as environments_met,
    cast(coalesce(availability.environments_broken, 0) as bigint) as environments_broken,
    cast(coalesce(availability.environments_inconclusive, 0) as bigint)
        as environments_inconclusive,
    availability.reference_s,
    availability.unavailable_s,
    availability.excluded_s,
    availability.counted_s,
    availability.unobserved_s,
    {{ rate_pct('availability.counted_s', 'availability.reference_s') }} as availability_pct,
    {{ rate_pct('(availability.counted_s + availability.undecided_s)', 'availability.reference_s') }}
        as availability_floor_pct,
    availability.target_pct,
    case
        when availability.environments_broken > 0 then 'broken'
        when availability.environments_inconclusive > 0 then 'inconclusive'
        when availability.environments_met > 0 then 'met'
    end as verdict,
    cast(coalesce(adherence.tickets, 0) as bigint) as tickets,
    cast(coalesce(adherence.met, 0) as bigint) as sla_met,
    cast(coalesce(adherence.breached, 0) as bigint) as sla_breached,
    cast(coalesce(adherence.running, 0) as bigint) as sla_running,
    cast(coalesce(adherence.not_covered, 0) as bigint) as sla_not_covered,
    100 * cast(adherence.met as double)
    / nullif(cast(adherence.met + adherence.breached as double), 0) as adherence_pct,
    cast(coalesce(backups.required_nights, 0) as bigint) as backup_required_nights,
    cast(coalesce(backups.covered_nights, 0) as bigint) as backup_covered_nights,
    100 * cast(backups.covered_nights as double)
    / nullif(cast(backups.required_nights as double), 0) as backup_coverage_pct
from months
cross join {{ source('landing', 'run') }} as run
left join {{ ref('int_contract_months') }} as contract_months
    on contract_months.contract_id = months.contract_id
    and contract_months.month = months.month
left join availability
    on availability.contract_id = months.contract_id and availability.month = months.month
left join adherence
    on adherence.contract_id = months.contract_id and adherence.month = months.month
left join backups
    on backups.contract_id = months.contract_id and backups.month = months.month

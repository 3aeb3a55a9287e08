-- One row per contract, mart, commitment, month and environment (null: all together) of which a mart
-- tells whether a promise was kept. Production environments only. Where no limit is promised the
-- figure is told and attests; what is no series of months is told of the month of as_of.
with run as (
    select * from {{ source('landing', 'run') }}
),

months as (
    select
        contract_months.*,
        contract_months.month_until <= run.as_of as is_over,
        contract_months.month_from <= run.as_of and contract_months.month_until > run.as_of
            as is_current
    from {{ ref('int_contract_months') }} as contract_months
    cross join run
),

-- What is left of the reference of a month in progress: a rate that fails by now may recover.
lefts as (
    select
        months.contract_id,
        months.month,
        sum({{ seconds_between(
            'greatest(slices.slice_from, run.as_of)',
            'least(slices.slice_until, months.month_until)'
        ) }}) as left_s
    from months
    cross join run
    inner join {{ ref('int_clock_slices') }} as slices
        on slices.contract_id = months.contract_id
        and slices.clock = 'reference'
        and slices.is_open
        and slices.slice_until > run.as_of
        and slices.slice_from < months.month_until
    where months.is_current
    group by months.contract_id, months.month
),

availability as (
    select
        availability.contract_id,
        'monthly_availability' as mart,
        'availability' as commitment,
        availability.month,
        availability.environment_id,
        case
            when availability.verdict <> 'broken' then availability.verdict
            when availability.counted_s * 100
                <= (availability.reference_s + lefts.left_s) * (100 - availability.target_pct)
                then 'at_risk'
            else 'broken'
        end as verdict,
        availability.availability_pct as figure,
        availability.target_pct as target,
        'pct' as unit
    from {{ ref('monthly_availability') }} as availability
    left join lefts
        on lefts.contract_id = availability.contract_id
        and lefts.month = availability.month
    where availability.environment_kind = 'production' and availability.verdict is not null
),

maintenances as (
    select
        maintenances.contract_id,
        months.month,
        coalesce(maintenances.is_announced_in_time, true)
        and maintenances.is_in_window
        and not coalesce(maintenances.is_blocking_too_early, false)
            as is_kept
    from {{ ref('maintenance_compliance') }} as maintenances
    inner join months
        on months.contract_id = maintenances.contract_id
        and months.month_from <= maintenances.starts_at
        and months.month_until > maintenances.starts_at
    where maintenances.cause = 'maintenance_window'
),

retention as (
    select
        retention.contract_id,
        cast(date_trunc('month', retention.night_on) as date) as month,
        count(*) as points,
        sum(case when retention.verdict = 'expired_early' then 1 else 0 end) as early,
        sum(case when retention.verdict = 'undecidable' then 1 else 0 end) as undecidable
    from {{ ref('int_backup_point_verdicts') }} as retention
    inner join {{ ref('stg_registry__environments') }} as environments
        on environments.environment_id = retention.environment_id
        and environments.is_production
    where retention.is_promised
    group by retention.contract_id, cast(date_trunc('month', retention.night_on) as date)
),

adherence as (
    select
        adherence.contract_id,
        adherence.commitment,
        adherence.month,
        sum(adherence.met) as met,
        sum(adherence.breached) as breached,
        sum(adherence.running) as running,
        sum(adherence.unclassified + adherence.awaiting_qualification) as undecided
    from {{ ref('monthly_sla_adherence') }} as adherence
    where adherence.contract_id is not null
    group by adherence.contract_id, adherence.commitment, adherence.month
),

restores as (
    select
        restores.contract_id,
        months.month,
        count(*) as restores,
        sum(case when restores.result = 'success' then 1 else 0 end) as succeeded
    from {{ ref('backup_restores') }} as restores
    inner join months
        on months.contract_id = restores.contract_id
        and months.month_from <= restores.asked_at
        and months.month_until > restores.asked_at
    group by restores.contract_id, months.month
),

acknowledgements as (
    select
        acknowledgements.contract_id,
        acknowledgements.month,
        sum(acknowledgements.acknowledged) as acknowledged,
        sum(acknowledgements.tickets) as tickets
    from {{ ref('monthly_acknowledgements') }} as acknowledgements
    where acknowledgements.contract_id is not null
    group by acknowledgements.contract_id, acknowledgements.month
),

uncovered as (
    select
        adherence.contract_id,
        adherence.month,
        sum(adherence.not_covered) as tickets
    from {{ ref('monthly_sla_adherence') }} as adherence
    where adherence.contract_id is not null and adherence.not_covered > 0
    group by adherence.contract_id, adherence.month
),

users as (
    select
        certifications.contract_id,
        certifications.client_id,
        certifications.user_id,
        bool_or(certifications.has_free_questions) as is_trained
    from {{ ref('user_certifications') }} as certifications
    where certifications.contract_id is not null and certifications.has_free_questions is not null
    group by certifications.contract_id, certifications.client_id, certifications.user_id
),

trained as (
    select
        users.contract_id,
        count(*) as users,
        sum(case when users.is_trained then 1 else 0 end) as trained
    from users
    group by users.contract_id
),

ledgers as (
    select
        clients.contract_id,
        sum(case when candidates.verdict = 'purge' then candidates.lines else 0 end) as purgeable,
        sum(case when candidates.verdict = 'hold_tax' then candidates.lines else 0 end) as held
    from {{ ref('history_purge_candidates') }} as candidates
    inner join {{ ref('int_clients_contracts') }} as clients
        on clients.client_id = candidates.client_id
    group by clients.contract_id
),

found as (
    select * from availability

    union all

    select
        maintenances.contract_id,
        'maintenance_compliance' as mart,
        'maintenance_notice' as commitment,
        maintenances.month,
        cast(null as string) as environment_id,
        case when bool_and(maintenances.is_kept) then 'met' else 'broken' end as verdict,
        cast(100 as double) * sum(case when maintenances.is_kept then 1 else 0 end) / count(*) as figure,
        100 as target,
        'pct' as unit
    from maintenances
    group by maintenances.contract_id, maintenances.month

    union all

    select
        coverage.contract_id,
        case coverage.content when 'data' then 'backup_coverage' else 'backup_documents' end
            as mart,
        'backup_places' as commitment,
        coverage.month,
        coverage.environment_id,
        coverage.verdict,
        coverage.coverage_pct as figure,
        100 as target,
        'pct' as unit
    from {{ ref('monthly_backup_coverage') }} as coverage
    where coverage.verdict is not null

    union all

    select
        retention.contract_id,
        'backup_point_retention' as mart,
        'backup_retention' as commitment,
        retention.month,
        cast(null as string) as environment_id,
        case
            when retention.early > 0 then 'broken'
            when retention.undecidable > 0 then 'inconclusive'
            else 'met'
        end as verdict,
        cast(100 as double) * (retention.points - retention.early) / retention.points as figure,
        100 as target,
        'pct' as unit
    from retention

    union all

    select
        adherence.contract_id,
        'monthly_sla_adherence' as mart,
        adherence.commitment,
        adherence.month,
        cast(null as string) as environment_id,
        case
            when adherence.breached > 0 then 'broken'
            when adherence.running > 0 then 'at_risk'
            when adherence.undecided > 0 then 'inconclusive'
            else 'met'
        end as verdict,
        cast(100 as double) * adherence.met / nullif(adherence.met + adherence.breached, 0) as figure,
        100 as target,
        'pct' as unit
    from adherence
    where adherence.met + adherence.breached + adherence.running + adherence.undecided > 0

    union all

    select
        restores.contract_id,
        'backup_restores' as mart,
        cast(null as string) as commitment,
        restores.month,
        cast(null as string) as environment_id,
        'attested' as verdict,
        cast(100 as double) * restores.succeeded / restores.restores as figure,
        null as target,
        'pct' as unit
    from restores

    union all

    select
        acknowledgements.contract_id,
        'monthly_acknowledgements' as mart,
        cast(null as string) as commitment,
        acknowledgements.month,
        cast(null as string) as environment_id,
        'attested' as verdict,
        cast(100 as double) * acknowledgements.acknowledged / acknowledgements.tickets as figure,
        null as target,
        'pct' as unit
    from acknowledgements

    union all

    select
        uncovered.contract_id,
        'ticket_commitments' as mart,
        cast(null as string) as commitment,
        uncovered.month,
        cast(null as string) as environment_id,
        'attested' as verdict,
        uncovered.tickets as figure,
        null as target,
        'count' as unit
    from uncovered

    union all

    select
        trained.contract_id,
        'user_certifications' as mart,
        cast(null as string) as commitment,
        months.month,
        cast(null as string) as environment_id,
        'attested' as verdict,
        cast(100 as double) * trained.trained / trained.users as figure,
        null as target,
        'pct' as unit
    from trained
    inner join months on months.contract_id = trained.contract_id and months.is_current

    union all

    select
        ledgers.contract_id,
        'history_purge_candidates' as mart,
        'history_years' as commitment,
        months.month,
        cast(null as string) as environment_id,
        'attested' as verdict,
        ledgers.purgeable as figure,
        null as target,
        'count' as unit
    from ledgers
    inner join months on months.contract_id = ledgers.contract_id and months.is_current

    union all

    select
        ledgers.contract_id,
        'history_purge_candidates' as mart,
        'tax_retention_years' as commitment,
        months.month,
        cast(null as string) as environment_id,
        'attested' as verdict,
        ledgers.held as figure,
        null as target,
        'count' as unit
    from ledgers
    inner join months on months.contract_id = ledgers.contract_id and months.is_current
)

select
    found.contract_id,
    found.mart,
    found.commitment,
    found.month,
    found.environment_id,
    found.verdict,
    cast(found.figure as double) as figure,
    cast(found.target as double) as target,
    found.unit
from found

-- One row per environment and month that began before as_of: a fingerprint of all that can move its figures.
-- A fact lies in the month it touches first; what it does to later ones is for int_availability_due. What came before the
-- calendar lies in its first month, which is there whatever as_of is.
with probes as (
    select * from {{ ref('int_probes') }}
),

calendar as (
    select
        months.contract_id,
        months.month,
        months.month_from,
        coalesce(
            lag(months.month_until) over (partition by months.contract_id order by months.month),
            {{ utc_midnight("date '1900-01-01'") }}
        ) as facts_from,
        months.month_until as facts_until
    from {{ ref('int_contract_months') }} as months
),

environment_months as (
    select
        spans.environment_id,
        calendar.contract_id,
        calendar.month,
        calendar.month_from,
        calendar.facts_from,
        calendar.facts_until,
        {{ row_hash(
            'contracts.digest', 'spans.contract_id', 'spans.client_id', 'spans.environment_kind', 'spans.has_checks',
            'spans.is_always_watched', 'spans.span_from', 'environments.opened_on', 'environments.closed_on'
        ) }} as fact
    from {{ ref('int_environment_spans') }} as spans
    inner join {{ ref('stg_registry__environments') }} as environments
        on environments.environment_id = spans.environment_id
    inner join calendar on calendar.contract_id = spans.contract_id
    inner join {{ source('landing', 'run') }} as run on run.as_of >= calendar.facts_from
    cross join {{ ref('int_contract_digest') }} as contracts
),

-- Days by equality: the summaries of a year are many, their days few.
probe_days as (
    select
        calendar.contract_id,
        calendar.month,
        days.utc_day
    from (select distinct utc_day from {{ ref('stg_monitoring__probe_runs') }}) as days
    inner join calendar
        on calendar.facts_from <= {{ utc_midnight('days.utc_day') }}
        and calendar.facts_until > {{ utc_midnight('days.utc_day') }}
),

facts as (
    select
        environment_months.environment_id,
        environment_months.month,
        environment_months.fact
    from environment_months

    union all

    select
        environment_months.environment_id,
        environment_months.month,
        {{ row_hash("'period'", 'probes.probe_id', 'periods.period_us') }} as fact
    from {{ ref('int_probe_periods') }} as periods
    inner join probes on probes.probe_key = periods.probe_key
    inner join environment_months on environment_months.environment_id = probes.environment_id

    union all

    select
        probes.environment_id,
        probe_days.month,
        {{ row_hash(
            'runs.probe_key', 'probes.probe_id', 'runs.utc_day', 'runs.state', 'runs.checks', 'runs.period_us',
            'runs.gap_limit_us', 'runs.first_at', 'runs.last_at', 'runs.first_file_id', 'runs.first_line',
            'runs.last_file_id', 'runs.last_line', 'runs.revision'
        ) }} as fact
    from {{ ref('stg_monitoring__probe_runs') }} as runs
    inner join probes on probes.probe_key = runs.probe_key
    inner join probe_days
        on probe_days.contract_id = probes.contract_id
        and probe_days.utc_day = runs.utc_day

    union all

    select
        environment_months.environment_id,
        environment_months.month,
        {{ row_hash(
            "'outage'", 'outages.outage_id', 'outages.down_from', 'outages.down_until', 'outages.file_id', 'outages.line'
        ) }} as fact
    from {{ source('landing', 'outages') }} as outages
    inner join environment_months
        on environment_months.environment_id = outages.environment_id
        and environment_months.facts_from <= outages.down_from
        and environment_months.facts_until > outages.down_from

    union all

    select
        environment_months.environment_id,
        environment_months.month,
        {{ row_hash(
            "'interruption'", 'interruptions.interruption_id', 'interruptions.cause', 'interruptions.starts_at',
            'interruptions.ends_at'
        ) }} as fact
    from {{ source('landing', 'interruptions') }} as interruptions
    inner join environment_months
        on coalesce(interruptions.environment_id, environment_months.environment_id) = environment_months.environment_id
        and (
            interruptions.environment_id is not null
            or interruptions.contract_id = environment_months.contract_id
        )
        and environment_months.facts_from <= interruptions.starts_at
        and environment_months.facts_until > interruptions.starts_at
)

select
    environment_months.environment_id,
    environment_months.month,
    environment_months.month_from,
    {{ combined_hash('facts.fact') }} as fingerprint
from environment_months
inner join facts
    on facts.environment_id = environment_months.environment_id
    and facts.month = environment_months.month
group by environment_months.environment_id, environment_months.month, environment_months.month_from

-- One row per environment and month computed now: what it was computed from, and when what lies before it may stand.
-- depends_on: {{ ref('monthly_availability') }}
-- depends_on: {{ ref('monthly_availability_by_cause') }}
-- depends_on: {{ ref('outages') }}
with windows as (
    select * from {{ ref('int_availability_windows') }}
),

failing as (
    select
        stretches.environment_id,
        stretches.stretch_from as failing_from,
        stretches.stretch_until as failing_until
    from {{ ref('int_probe_stretches') }} as stretches
    where stretches.is_failing

    union all

    select
        outages.environment_id,
        outages.down_from as failing_from,
        outages.down_until as failing_until
    from {{ ref('int_outages_registered') }} as outages
),

computed as (
    select
        due.environment_id,
        due.month,
        due.fingerprint,
        due.month = windows.kept_month or months.month_from > windows.window_from as may_begin_quiet,
        months.month_from,
        months.month_until
    from {{ ref('int_availability_due') }} as due
    inner join windows on windows.environment_id = due.environment_id
    inner join {{ ref('int_contract_months') }} as months
        on months.contract_id = windows.contract_id
        and months.month = due.month
    where due.fingerprint is not null
),

-- A probe, confirmed or not, or a ready-made outage: to the very instant, since what ends there may be told by what follows.
failed_into as (
    select distinct
        computed.environment_id,
        computed.month
    from computed
    inner join failing
        on failing.environment_id = computed.environment_id
        and failing.failing_from < computed.month_from
        and failing.failing_until >= computed.month_from
)

-- A month gone by stands whenever it is asked for later; one under way, at the very instant only.
select
    computed.environment_id,
    computed.month,
    coalesce(computed.may_begin_quiet, false) and failed_into.month is null as begins_quiet,
    computed.fingerprint,
    least(computed.month_until, run.as_of) as stands_from,
    case
        when computed.month_until <= run.as_of then {{ utc_midnight("date '9999-12-31'") }}
        else {{ add_microseconds('run.as_of', 1) }}
    end as stands_until
from computed
cross join {{ source('landing', 'run') }} as run
left join failed_into
    on failed_into.environment_id = computed.environment_id
    and failed_into.month = computed.month

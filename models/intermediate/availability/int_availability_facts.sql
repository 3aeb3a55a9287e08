-- One row per fact, checks apart, that availability is computed from: whom it concerns, and the first instant it touches.
-- Without environment it concerns all of the contract, without either all of the warehouse.
with spans as (
    select * from {{ ref('int_environment_spans') }}
),

environments as (
    select * from {{ ref('stg_registry__environments') }}
),

always as (
    select
        'file' as kind,
        {{ text_of_all(['files.name', 'files.sha256']) }} as fact,
    from {{ source('contract', 'contract_files') }} as files

    union all

    select
        'default' as kind,
        {{ text_of_all(['defaults.term', 'defaults.value']) }} as fact,
    from {{ source('contract', 'term_defaults') }} as defaults

    union all

    select
        'offset' as kind,
        {{ text_of_all([
            'offsets.time_zone', 'offsets.utc_offset_s', 'offsets.offset_from', 'offsets.offset_until'
        ]) }} as fact,
    from {{ source('contract', 'zone_offsets') }} as offsets
),

lasting as (
    select
        spans.environment_id,
        'environment' as kind,
        {{ text_of_all([
            'spans.contract_id', 'spans.client_id', 'spans.environment_kind', 'spans.has_checks',
            'spans.is_always_watched', 'spans.span_from', 'environments.opened_on', 'environments.closed_on'
        ]) }} as fact,
    from spans
    inner join environments on environments.environment_id = spans.environment_id

    union all

    select
        probes.environment_id,
        'period' as kind,
        {{ text_of_all(['probes.probe_id', 'periods.period_us']) }} as fact,
    from {{ ref('int_probe_periods') }} as periods
    inner join {{ ref('int_probes') }} as probes on probes.probe_key = periods.probe_key
)

select
    cast(null as varchar) as contract_id,
    cast(null as varchar) as environment_id,
    always.kind,
    always.fact,
    {{ utc_midnight("date '1900-01-01'") }} as touches_from,
from always

union all

-- What was cut at one as_of goes on until the other: the earlier of the two tells.
select
    cast(null as varchar) as contract_id,
    cast(null as varchar) as environment_id,
    'as_of' as kind,
    {{ text_of_all(['run.as_of']) }} as fact,
    run.as_of as touches_from,
from {{ source('landing', 'run') }} as run

union all

select
    cast(null as varchar) as contract_id,
    lasting.environment_id,
    lasting.kind,
    lasting.fact,
    {{ utc_midnight("date '1900-01-01'") }} as touches_from,
from lasting

union all

select
    cast(null as varchar) as contract_id,
    outages.environment_id,
    'outage' as kind,
    {{ text_of_all([
        'outages.outage_id', 'outages.down_from', 'outages.down_until', 'outages.file_id', 'outages.line'
    ]) }} as fact,
    outages.down_from as touches_from,
from {{ source('landing', 'outages') }} as outages

union all

select
    case when interruptions.environment_id is null then interruptions.contract_id end as contract_id,
    interruptions.environment_id,
    'interruption' as kind,
    {{ text_of_all([
        'interruptions.interruption_id', 'interruptions.cause', 'interruptions.starts_at',
        'interruptions.ends_at'
    ]) }} as fact,
    interruptions.starts_at as touches_from,
from {{ source('landing', 'interruptions') }} as interruptions

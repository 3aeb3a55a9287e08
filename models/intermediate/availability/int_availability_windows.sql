-- One row per environment of which anything is computed now: from when on. What lies before kept_until stands in the marts.
with spans as (
    select * from {{ ref('int_environment_spans') }}
),

probes as (
    select * from {{ ref('int_probes') }}
),

kept as (
    select distinct
        due.environment_id,
        due.kept_month,
        due.kept_until
    from {{ ref('int_availability_due') }} as due
),

-- No result of the contract's probes holds for longer.
reaches as (
    select
        probes.contract_id,
        max(terms.validity_periods) * max(greatest(
            coalesce(probes.longest_period_us, 0), coalesce(periods.period_us, 0)
        )) as validity_us
    from probes
    inner join {{ ref('int_availability_terms') }} as terms on terms.contract_id = probes.contract_id
    left join {{ ref('int_probe_periods') }} as periods on periods.probe_key = probes.probe_key
    group by probes.contract_id
)

select
    spans.environment_id,
    spans.contract_id,
    spans.client_id,
    spans.environment_kind,
    spans.is_production,
    spans.is_always_watched,
    kept.kept_month,
    -- The first UTC day whose checks are read: one may still hold when the window begins.
    cast({{ add_microseconds(
        'kept.kept_until',
        '-cast(least(coalesce(reaches.validity_us, 0), 9000000000000000) as bigint)'
    ) }} as date) as read_from,
    kept.kept_until,
    greatest(spans.span_from, coalesce(kept.kept_until, spans.span_from)) as window_from,
    spans.span_until as window_until
from spans
inner join kept on kept.environment_id = spans.environment_id
left join reaches on reaches.contract_id = spans.contract_id

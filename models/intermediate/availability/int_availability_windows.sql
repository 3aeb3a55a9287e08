-- One row per environment: the part of its time that is computed now. What lies before kept_until stands in the marts.
-- Nothing before it changed since the marts were last built, and nothing was failing then that might still go on.
with spans as (
    select * from {{ ref('int_environment_spans') }}
),

probes as (
    select * from {{ ref('int_probes') }}
),

known as (
    select * from {{ source('landing', 'availability_facts') }}
),

found as (
    select * from {{ ref('int_availability_facts') }}
),

came as (
    select * from found
    except
    select * from known
),

went as (
    select * from known
    except
    select * from found
),

differing as (
    select * from came
    union all
    select * from went
),

touched as (
    select
        differing.environment_id,
        differing.touches_from,
    from differing
    where differing.environment_id is not null

    union all

    select
        spans.environment_id,
        differing.touches_from,
    from differing
    inner join spans on spans.contract_id = differing.contract_id
    where differing.environment_id is null

    union all

    select
        spans.environment_id,
        differing.touches_from,
    from spans
    cross join differing
    where differing.environment_id is null
        and differing.contract_id is null

    union all

    -- A day's checks tell nothing about what was before it: what they may extend was failing when it began.
    select
        probes.environment_id,
        {{ utc_midnight('changed.utc_day') }} as touches_from,
    from {{ ref('stg_monitoring__changed_probe_days') }} as changed
    inner join probes on probes.probe_key = changed.probe_key
),

bounds as (
    select
        touched.environment_id,
        min(touched.touches_from) as touched_from,
    from touched
    group by touched.environment_id
),

kept as (
    select
        cuts.environment_id,
        max(cuts.month_from) as kept_until,
        max(cuts.month) as kept_month,
    from {{ source('landing', 'availability_cuts') }} as cuts
    left join bounds on bounds.environment_id = cuts.environment_id
    where bounds.touched_from is null or cuts.month_from <= bounds.touched_from
    group by cuts.environment_id
),

-- No result of the contract's probes holds for longer.
reaches as (
    select
        probes.contract_id,
        max(terms.validity_periods) * max(greatest(
            coalesce(probes.longest_period_us, 0), coalesce(periods.period_us, 0)
        )) as validity_us,
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
    spans.span_until as window_until,
from spans
left join kept on kept.environment_id = spans.environment_id
left join reaches on reaches.contract_id = spans.contract_id

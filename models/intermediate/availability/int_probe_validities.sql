-- One row per probe, period and stretch of unchanged terms: how long a check's result holds at most (R2).
with given as (
    select distinct
        runs.probe_key,
        runs.period_us as given_period_us
    from {{ ref('int_probe_runs_seen') }} as runs
),

nominal as (
    select
        given.probe_key,
        probes.contract_id,
        coalesce(given.given_period_us, -1) as given_period_us,
        -- A lone check without a period proves nothing but its own instant.
        coalesce(given.given_period_us, periods.period_us, 0) as period_us
    from given
    inner join {{ ref('int_probes') }} as probes on probes.probe_key = given.probe_key
    left join {{ ref('int_probe_periods') }} as periods on periods.probe_key = given.probe_key
)

select
    nominal.probe_key,
    nominal.given_period_us,
    nominal.period_us,
    -- Bounded at 285 years, far beyond any as_of, so that an instant plus a validity is an instant.
    cast(least(
        floor(terms.validity_periods * cast(nominal.period_us as decimal(20, 0))),
        9000000000000000
    ) as bigint) as validity_us,
    terms.stretch_from,
    terms.stretch_until
from nominal
inner join {{ ref('int_availability_terms') }} as terms on terms.contract_id = nominal.contract_id

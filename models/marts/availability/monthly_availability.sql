-- One row per environment and month.
-- depends_on: {{ ref('int_availability_due') }}
with months as (
    select * from {{ ref('int_availability_months') }}
),

windows as (
    select * from {{ ref('int_availability_windows') }}
),

compared as (
    select
        months.*,
        windows.client_id,
        windows.environment_kind,
        windows.is_production and months.reference_s > 0 and months.promised_s > 0 as is_judged,
        {{ reaches_target('months.counted_s', 'months') }} as is_target_met,
        {{ reaches_target('(months.counted_s + months.undecided_s)', 'months') }} as is_floor_met,
        cast(cast(months.reference_s as double) * (100 - months.target_pct) / 100 as decimal(18, 6))
            as error_budget_s
    from months
    inner join windows on windows.environment_id = months.environment_id
)

select
    compared.contract_id,
    compared.client_id,
    compared.environment_id,
    compared.environment_kind,
    compared.month,
    compared.reference_s,
    cast(compared.reference_s - compared.unobserved_s as decimal(18, 6)) as observed_s,
    compared.unobserved_s,
    compared.unavailable_s,
    compared.excluded_s,
    compared.counted_s,
    {{ rate_pct('compared.counted_s', 'compared.reference_s') }} as availability_pct,
    {{ rate_pct('(compared.counted_s + compared.undecided_s)', 'compared.reference_s') }}
        as availability_floor_pct,
    {{ rate_pct_cut('compared.counted_s', 'compared.reference_s') }} as availability_pct_cut,
    compared.target_pct,
    case when compared.is_judged then compared.is_target_met end as is_met,
    case
        when not compared.is_judged then null
        when not compared.is_target_met then 'broken'
        when compared.is_floor_met then 'met'
        else 'inconclusive'
    end as verdict,
    compared.undecided_s,
    compared.error_budget_s,
    cast(compared.error_budget_s - compared.counted_s as decimal(18, 6)) as error_budget_left_s
from compared

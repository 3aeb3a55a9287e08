-- One row per contract and month: how its production environments fared together.
with availability as (
    select * from {{ ref('monthly_availability') }}
    where environment_kind = 'production'
),

ranked as (
    select
        availability.*,
        row_number() over (
            partition by availability.contract_id, availability.month
            order by coalesce(availability.availability_pct, 101), availability.environment_id
        ) as place
    from availability
)

select
    ranked.contract_id,
    ranked.month,
    count(*) as environments,
    cast(sum(case when ranked.verdict = 'met' then 1 else 0 end) as bigint) as met,
    cast(sum(case when ranked.verdict = 'broken' then 1 else 0 end) as bigint) as broken,
    cast(sum(case when ranked.verdict = 'inconclusive' then 1 else 0 end) as bigint) as inconclusive,
    cast(avg(cast(ranked.availability_pct as decimal(20, 15))) as double) as mean_availability_pct,
    min(ranked.availability_pct) as worst_availability_pct,
    max(case when ranked.place = 1 and ranked.availability_pct is not null
            then ranked.environment_id
    end) as worst_environment_id,
    cast(sum(ranked.reference_s) as decimal(24, 6)) as reference_s,
    cast(sum(ranked.counted_s) as decimal(24, 6)) as counted_s,
    cast(sum(ranked.excluded_s) as decimal(24, 6)) as excluded_s,
    cast(sum(ranked.unobserved_s) as decimal(24, 6)) as unobserved_s
from ranked
group by ranked.contract_id, ranked.month

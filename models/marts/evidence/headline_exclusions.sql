-- One row per contract, month and cause: downtime of production environments that the contract leaves out.
select
    by_cause.contract_id,
    by_cause.month,
    by_cause.cause,
    count(distinct by_cause.environment_id) as environments,
    cast(sum(by_cause.excluded_s) as decimal(24, 6)) as excluded_s
from {{ ref('monthly_availability_by_cause') }} as by_cause
inner join {{ ref('headline_environments') }} as environments
    on environments.environment_id = by_cause.environment_id
where environments.environment_kind = 'production' and by_cause.excluded_s > 0
group by by_cause.contract_id, by_cause.month, by_cause.cause

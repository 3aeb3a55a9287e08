-- One row per contract and month in which a maintenance started.
with maintenances as (
    select * from {{ ref('maintenance_compliance') }}
),

months as (
    select * from {{ ref('int_contract_months') }}
),

summed as (
    select
        maintenances.contract_id,
        months.month,
        count(*) as maintenances,
        cast(sum(case when maintenances.cause = 'urgent_maintenance' then 1 else 0 end) as bigint)
            as urgent_maintenances,
        cast(sum(case when not maintenances.is_announced_in_time then 1 else 0 end) as bigint)
            as announced_late,
        cast(sum(case
            when maintenances.cause = 'maintenance_window' and not maintenances.is_in_window then 1
            else 0
        end) as bigint) as outside_window,
        cast(sum(case when maintenances.is_blocking_too_early then 1 else 0 end) as bigint)
            as blocking_too_early,
        cast(sum(maintenances.duration_s) as decimal(24, 6)) as maintenance_s,
        cast(sum(case
            when maintenances.cause = 'urgent_maintenance' then maintenances.duration_s else 0
        end) as decimal(24, 6)) as urgent_s
    from maintenances
    inner join months
        on months.contract_id = maintenances.contract_id
        and months.month_from <= maintenances.starts_at
        and months.month_until > maintenances.starts_at
    group by maintenances.contract_id, months.month
)

select
    summed.*,
    case
        when summed.maintenance_s > 0
            then cast(summed.urgent_s as double) / cast(summed.maintenance_s as double) * 100
    end as urgent_share_pct
from summed

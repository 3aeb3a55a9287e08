-- One row per contract, month of registration, commitment and criticality: tickets of all clients.
select
    monthly_sla_adherence.contract_id,
    monthly_sla_adherence.month,
    monthly_sla_adherence.commitment,
    monthly_sla_adherence.criticality,
    cast(sum(monthly_sla_adherence.tickets) as bigint) as tickets,
    cast(sum(monthly_sla_adherence.met) as bigint) as met,
    cast(sum(monthly_sla_adherence.breached) as bigint) as breached,
    cast(sum(monthly_sla_adherence.running) as bigint) as running,
    cast(sum(monthly_sla_adherence.not_covered) as bigint) as not_covered,
    100 * cast(sum(monthly_sla_adherence.met) as double)
    / nullif(
        cast(sum(monthly_sla_adherence.met) + sum(monthly_sla_adherence.breached) as double), 0
    ) as adherence_pct
from {{ ref('monthly_sla_adherence') }} as monthly_sla_adherence
group by
    monthly_sla_adherence.contract_id,
    monthly_sla_adherence.month,
    monthly_sla_adherence.commitment,
    monthly_sla_adherence.criticality

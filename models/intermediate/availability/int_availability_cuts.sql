-- One row per environment and month that began, within the window computed now, while nothing was failing: neither a
-- probe, confirmed or not, nor a ready-made outage. What lies before may stand as long as nothing before it changes.
with windows as (
    select * from {{ ref('int_availability_windows') }}
),

failing as (
    select
        stretches.environment_id,
        stretches.stretch_from as failing_from,
        stretches.stretch_until as failing_until,
    from {{ ref('int_probe_stretches') }} as stretches
    where stretches.is_failing

    union all

    select
        outages.environment_id,
        outages.down_from as failing_from,
        outages.down_until as failing_until,
    from {{ ref('int_outages_registered') }} as outages
)

select
    windows.environment_id,
    months.month,
    months.month_from,
from windows
inner join {{ source('landing', 'run') }} as run on run.as_of > windows.window_from
inner join {{ ref('int_contract_months') }} as months
    on months.contract_id = windows.contract_id
    and months.month_from > windows.window_from
    and months.month_from <= run.as_of
left join failing
    on failing.environment_id = windows.environment_id
    and failing.failing_from < months.month_from
    and failing.failing_until >= months.month_from
where failing.environment_id is null

-- One row per environment and instant at which anything may change within its span: what is under way from then on.
with windows as (
    select * from {{ ref('int_availability_windows') }}
    where window_from < window_until
),

outages as (
    select * from {{ ref('int_environment_outages') }}
),

unobserved as (
    select * from {{ ref('int_environment_states') }}
    where state = 'unobserved'
),

exclusions as (
    select * from {{ ref('int_exclusions') }}
),

lasting as (
    select
        outages.environment_id,
        'down' as kind,
        outages.down_from as lasting_from,
        outages.down_until as lasting_until
    from outages

    union all

    select
        unobserved.environment_id,
        'unobserved' as kind,
        unobserved.state_from as lasting_from,
        unobserved.state_until as lasting_until
    from unobserved

    union all

    select
        exclusions.environment_id,
        exclusions.cause as kind,
        exclusions.excluded_from as lasting_from,
        exclusions.excluded_until as lasting_until
    from exclusions
),

clipped as (
    select
        windows.environment_id,
        lasting.kind,
        greatest(lasting.lasting_from, windows.window_from) as clipped_from,
        least(lasting.lasting_until, windows.window_until) as clipped_until
    from lasting
    inner join windows on windows.environment_id = lasting.environment_id
    where lasting.lasting_from < windows.window_until
        and lasting.lasting_until > windows.window_from
        and lasting.lasting_from < lasting.lasting_until
),

steps as (
    select
        clipped.environment_id,
        clipped.kind,
        1 as step,
        clipped.clipped_from as step_at
    from clipped

    union all

    select
        clipped.environment_id,
        clipped.kind,
        -1 as step,
        clipped.clipped_until as step_at
    from clipped

    union all

    select
        windows.environment_id,
        'bound' as kind,
        0 as step,
        windows.window_from as step_at
    from windows

    union all

    select
        windows.environment_id,
        'bound' as kind,
        0 as step,
        windows.window_until as step_at
    from windows

    union all

    select
        windows.environment_id,
        'bound' as kind,
        0 as step,
        months.month_from as step_at
    from windows
    inner join {{ ref('int_contract_months') }} as months
        on months.contract_id = windows.contract_id
        and months.month_from > windows.window_from
        and months.month_from < windows.window_until

    union all

    select
        windows.environment_id,
        'bound' as kind,
        0 as step,
        targets.target_from as step_at
    from windows
    inner join {{ ref('int_availability_targets') }} as targets
        on targets.contract_id = windows.contract_id
        and targets.target_from > windows.window_from
        and targets.target_from < windows.window_until

    union all

    select
        windows.environment_id,
        'bound' as kind,
        0 as step,
        targets.target_until as step_at
    from windows
    inner join {{ ref('int_availability_targets') }} as targets
        on targets.contract_id = windows.contract_id
        and targets.target_until > windows.window_from
        and targets.target_until < windows.window_until
),

summed as (
    select
        steps.environment_id,
        steps.step_at,
        max(case when steps.kind = 'down' and steps.step = 1 then steps.step_at end) as down_from,
        sum(case when steps.kind = 'down' then steps.step else 0 end)
            as down,
        sum(case when steps.kind = 'unobserved' then steps.step else 0 end)
            as unobserved,
        sum(case when steps.kind = 'force_majeure' then steps.step else 0 end)
            as force_majeure,
        sum(case when steps.kind = 'client_equipment' then steps.step else 0 end)
            as client_equipment,
        sum(case when steps.kind = 'outside_scope' then steps.step else 0 end)
            as outside_scope,
        sum(case when steps.kind = 'urgent_maintenance' then steps.step else 0 end)
            as urgent_maintenance,
        sum(case when steps.kind = 'maintenance_window' then steps.step else 0 end)
            as maintenance_window
    from steps
    group by steps.environment_id, steps.step_at
)

select
    summed.environment_id,
    summed.step_at,
    lead(summed.step_at) over environment_time as next_at,
    max(summed.down_from) over environment_time as down_from,
    sum(summed.down) over environment_time > 0 as is_down,
    sum(summed.unobserved) over environment_time > 0 as is_unobserved,
    -- The first cause in this order answers for a second that several cover: each second is left out once.
    case
        when sum(summed.force_majeure) over environment_time > 0 then 'force_majeure'
        when sum(summed.client_equipment) over environment_time > 0 then 'client_equipment'
        when sum(summed.outside_scope) over environment_time > 0 then 'outside_scope'
        when sum(summed.urgent_maintenance) over environment_time > 0 then 'urgent_maintenance'
        when sum(summed.maintenance_window) over environment_time > 0 then 'maintenance_window'
    end as cause
from summed
window environment_time as (partition by summed.environment_id order by summed.step_at)

-- One row per registered maintenance.
with maintenances as (
    select * from {{ ref('int_maintenances') }}
),

days as (
    select * from {{ ref('int_contract_day_slices') }}
),

notices as (
    select
        targets.contract_id,
        targets.value
        * case targets.unit when 'h' then 3600 when 'min' then 60 else 1 end as notice_s,
        targets.valid_from,
        targets.valid_until
    from {{ ref('int_targets') }} as targets
    where targets.commitment = 'maintenance_notice'
),

noticed as (
    select
        maintenances.*,
        days.day_on is not null as is_in_calendar,
        notices.notice_s as required_notice_s,
        {{ seconds_between('maintenances.announced_at', 'maintenances.starts_at') }} as notice_s
    from maintenances
    left join days
        on days.contract_id = maintenances.contract_id
        and days.utc_day = cast(maintenances.starts_at as date)
        and days.slice_from <= maintenances.starts_at
        and days.slice_until > maintenances.starts_at
    left join notices
        on notices.contract_id = maintenances.contract_id
        and notices.valid_from <= days.day_on
        and (notices.valid_until is null or notices.valid_until > days.day_on)
)

select
    noticed.interruption_id,
    noticed.contract_id,
    noticed.environment_id,
    noticed.cause,
    noticed.reason,
    noticed.is_blocking,
    noticed.announced_at,
    noticed.starts_at,
    case when not noticed.is_open_ended then noticed.ends_at end as ends_at,
    inside.duration_s,
    noticed.notice_s,
    -- Urgent maintenance is not announced: what makes it a breach or not is its reason, which is listed.
    case
        when noticed.cause = 'maintenance_window' and noticed.required_notice_s is not null
            then coalesce(noticed.notice_s >= noticed.required_notice_s, false)
    end as is_announced_in_time,
    -- Outside the contract's calendar nobody knows which hours were open.
    case when noticed.is_in_calendar then inside.inside_s = inside.duration_s end as is_in_window,
    case
        when noticed.cause = 'maintenance_window'
            then noticed.is_blocking and coalesce(evenings.is_too_early, false)
    end as is_blocking_too_early,
    case
        when noticed.cause = 'maintenance_window' and noticed.is_in_calendar
            then cast(inside.duration_s - inside.inside_s - inside.early_s as decimal(18, 6))
        when noticed.cause <> 'maintenance_window' then cast(0 as decimal(18, 6))
    end as overrun_s,
    inside.early_s,
    files.name as file,
    noticed.line
from noticed
inner join {{ ref('int_maintenances_in_window') }} as inside
    on inside.interruption_id = noticed.interruption_id
left join {{ ref('int_maintenance_evenings') }} as evenings
    on evenings.interruption_id = noticed.interruption_id
left join {{ source('landing', 'files') }} as files on files.file_id = noticed.file_id

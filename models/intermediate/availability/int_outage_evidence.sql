-- One row per outage of an environment: the checks or ready-made outage that opened it, what closed it, who was down.
with outages as (
    select * from {{ ref('int_environment_outages') }}
),

failing as (
    select * from {{ ref('int_probe_stretches') }}
    where is_down
),

registered as (
    select * from {{ ref('int_outages_registered') }}
),

opening as (
    select
        outages.environment_id,
        outages.down_from,
        failing.probe_id,
        failing.period_us,
        failing.first_file_id as file_id,
        failing.first_line as line,
        row_number() over (
            partition by outages.environment_id, outages.down_from
            order by failing.stretch_from desc, failing.probe_id asc
        ) as place
    from outages
    inner join failing
        on failing.environment_id = outages.environment_id
        and failing.stretch_from <= outages.down_from
        and failing.stretch_until > outages.down_from
),

closing as (
    select
        outages.environment_id,
        outages.down_from,
        failing.probe_id,
        failing.period_us,
        failing.next_state,
        failing.next_file_id as file_id,
        failing.next_line as line,
        row_number() over (
            partition by outages.environment_id, outages.down_from
            order by case failing.next_state when 'up' then 0 else 1 end, failing.probe_id
        ) as place
    from outages
    inner join failing
        on failing.environment_id = outages.environment_id
        and failing.stretch_until = outages.down_until
    where failing.next_line is not null
),

probes as (
    select
        outages.environment_id,
        outages.down_from,
        {{ distinct_texts('failing.probe_id') }} as probes_down
    from outages
    inner join failing
        on failing.environment_id = outages.environment_id
        and failing.stretch_from < outages.down_until
        and failing.stretch_until > outages.down_from
    group by outages.environment_id, outages.down_from
),

merged as (
    select
        outages.environment_id,
        outages.down_from,
        registered.outage_id,
        registered.file_id,
        registered.line,
        max(case when registered.down_until = outages.down_until then 1 else 0 end) over (
            partition by outages.environment_id, outages.down_from
        ) as closes,
        case when registered.down_from = outages.down_from then 1 else 0 end as opens,
        row_number() over (
            partition by outages.environment_id, outages.down_from
            order by registered.down_from, registered.outage_id
        ) as place
    from outages
    inner join registered
        on registered.environment_id = outages.environment_id
        and registered.down_from < outages.down_until
        and registered.down_until > outages.down_from
)

select
    outages.environment_id,
    outages.down_from,
    merged.outage_id as registered_outage_id,
    probes.probes_down,
    coalesce(opening.file_id, case when merged.opens = 1 then merged.file_id end) as opened_file_id,
    coalesce(opening.line, case when merged.opens = 1 then merged.line end) as opened_line,
    opening.probe_id as opened_probe_id,
    case
        when outages.is_still_down then 'still_down'
        when closing.next_state = 'up' then 'recovery'
        when coalesce(merged.closes, 0) = 1 then 'registered_end'
        when closing.next_state = 'unknown' then 'unknown'
        when probes.probes_down is not null then 'silence'
    end as closed_by,
    case when not outages.is_still_down then closing.file_id end as closed_file_id,
    case when not outages.is_still_down then closing.line end as closed_line,
    case when not outages.is_still_down then closing.probe_id end as closed_probe_id,
    opening.period_us as opening_period_us,
    case when not outages.is_still_down then closing.period_us end as closing_period_us
from outages
left join opening
    on opening.environment_id = outages.environment_id
    and opening.down_from = outages.down_from
    and opening.place = 1
left join closing
    on closing.environment_id = outages.environment_id
    and closing.down_from = outages.down_from
    and closing.place = 1
left join probes
    on probes.environment_id = outages.environment_id
    and probes.down_from = outages.down_from
left join merged
    on merged.environment_id = outages.environment_id
    and merged.down_from = outages.down_from
    and merged.place = 1

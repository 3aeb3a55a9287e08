{# What came in is what was judged or told as unjudged: a row that a join drops makes one of these fail, and nothing is published. #}

{# Every ticket that was registered by as_of, and had begun within its contract's calendar, has a commitment. #}
{% test judges_every_ticket(model, tickets, events, environments, clients, calendar_days, run) %}
with sent as (
    select ticket_id, client_id, environment_id, created_at as first_at, qualified_at from {{ tickets }}
    union all
    select ticket_id, min(client_id), min(environment_id), min(event_at), null
    from {{ events }} group by ticket_id having max(case when role = 'created' then 1 else 0 end) = 1
),
calendars as (select contract_id, min(day_from) as days_from from {{ calendar_days }} group by contract_id)
select sent.ticket_id, sent.client_id
from sent
cross join {{ run }} as asked
left join {{ environments }} as environments on environments.environment_id = sent.environment_id
left join {{ clients }} as clients on clients.client_id = sent.client_id
left join calendars on calendars.contract_id = coalesce(environments.contract_id, clients.contract_id)
where sent.first_at <= asked.as_of
    and coalesce(least(sent.first_at, coalesce(sent.qualified_at, sent.first_at)) >= calendars.days_from, true)
    and (calendars.contract_id is not null or coalesce(environments.contract_id, clients.contract_id) is null)
    and sent.ticket_id not in (select ticket_id from {{ model }})
{% endtest %}

{# By repository, environment and content, the points that listings show are the copies that were located. #}
{% test locates_every_point(model, holdings, copies) %}
with located as (select holding_key, count(*) as copies from {{ copies }} group by holding_key)
select holdings.repository_id, holdings.environment_id, holdings.points, coalesce(located.copies, 0) as copies
from {{ holdings }} as holdings
left join located on located.holding_key = holdings.holding_key
where holdings.contract_number is not null and holdings.points <> coalesce(located.copies, 0)
{% endtest %}

{# Every environment of which a check or an outage lies in a month that can be judged has months. #}
{% test watches_every_environment(model, probe_runs, probes, outages, environments, months, run) %}
with seen as (
    select probes.environment_id, min(runs.first_at) as first_at, max(runs.last_at) as last_at
    from {{ probe_runs }} as runs
    inner join {{ probes }} as probes on probes.probe_key = runs.probe_key
    group by probes.environment_id
    union all
    select environment_id, min(down_from), max(coalesce(down_until, down_from))
    from {{ outages }} where down_until is null or down_until > down_from
    group by environment_id
),
judged as (
    select contract_id, min(month_from) as months_from, max(month_until) as months_until from {{ months }} group by contract_id
)
select distinct environments.contract_id, environments.client_id, environments.environment_id
from seen
inner join {{ environments }} as environments on environments.environment_id = seen.environment_id
inner join judged on judged.contract_id = environments.contract_id
cross join {{ run }} as asked
where seen.first_at < asked.as_of
    and seen.last_at >= judged.months_from
    and asked.as_of > judged.months_from
    and asked.as_of < judged.months_until
    and environments.opened_on < cast(least(asked.as_of, seen.last_at) as date)
    and (
        environments.closed_on is null
        or environments.closed_on > greatest(environments.opened_on, cast(greatest(seen.first_at, judged.months_from) as date) + 1)
    )
    and environments.environment_id not in (select environment_id from {{ model }})
{% endtest %}

{# Every registered maintenance is looked at. #}
{% test looks_at_every_maintenance(model, interruptions) %}
select interruption_id, contract_id, environment_id
from {{ interruptions }}
where cause in ('maintenance_window', 'urgent_maintenance')
    and interruption_id not in (select interruption_id from {{ model }})
{% endtest %}

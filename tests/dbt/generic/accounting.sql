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

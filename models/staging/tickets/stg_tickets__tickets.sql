-- One row per support request of our own format; a criticality or level outside the vocabulary is null.
select
    tickets.ticket_id,
    tickets.client_id,
    tickets.environment_id,
    tickets.user_id,
    tickets.channel,
    tickets.kind,
    case
        when lower(trim(tickets.criticality)) in ('critical', 'high', 'moderate')
            then lower(trim(tickets.criticality))
    end as criticality,
    tickets.criticality as criticality_given,
    case
        when trim(tickets.anomaly_level) in ('1', '2', '3') then trim(tickets.anomaly_level)
    end as anomaly_level,
    tickets.not_covered_reason,
    tickets.subject,
    tickets.created_at,
    tickets.acknowledged_at,
    tickets.taken_in_charge_at,
    tickets.qualified_at,
    tickets.action_plan_at,
    tickets.fix_or_workaround_at,
    tickets.closed_at,
    tickets.file_id,
    tickets.line
from {{ source('landing', 'tickets') }} as tickets

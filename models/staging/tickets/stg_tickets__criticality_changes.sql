-- One row per criticality a ticket was given, as sent; one outside the vocabulary is null.
select
    criticality_changes.ticket_id,
    case
        when lower(trim(criticality_changes.criticality)) in ('critical', 'high', 'moderate')
            then lower(trim(criticality_changes.criticality))
    end as criticality,
    criticality_changes.criticality as criticality_given,
    criticality_changes.changed_at,
    criticality_changes.file_id,
    criticality_changes.line
from {{ source('landing', 'criticality_changes') }} as criticality_changes

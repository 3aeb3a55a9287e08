-- One row per fact, checks apart, that the stored months of availability were computed from.
select
    availability_facts.contract_id,
    availability_facts.environment_id,
    availability_facts.kind,
    availability_facts.fact,
    availability_facts.touches_from,
from {{ source('landing', 'availability_facts') }} as availability_facts

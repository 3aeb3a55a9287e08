-- One row per fact, what tickets tell themselves apart, by which the kept verdicts were given.
select
    ticket_facts.environment_id,
    ticket_facts.client_id,
    ticket_facts.user_id,
    ticket_facts.fact,
    ticket_facts.asked_at,
    ticket_facts.newest_file_id,
from {{ source('landing', 'ticket_facts') }} as ticket_facts

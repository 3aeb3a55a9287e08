-- One row per ticket and reading taken back since tickets were judged.
select changed_tickets.ticket_id
from {{ source('landing', 'changed_tickets') }} as changed_tickets

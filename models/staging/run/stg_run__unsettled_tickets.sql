-- One row per ticket whose kept verdicts depend on the instant that was asked.
select unsettled_tickets.ticket_id
from {{ source('landing', 'unsettled_tickets') }} as unsettled_tickets

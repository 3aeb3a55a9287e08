-- One row per stretch in which a ticket waited on the customer, as sent.
select
    pauses.ticket_id,
    pauses.reason,
    pauses.paused_from,
    pauses.paused_until,
    pauses.file_id,
    pauses.line,
from {{ source('landing', 'pauses') }} as pauses

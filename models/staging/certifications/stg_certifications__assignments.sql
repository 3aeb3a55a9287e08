-- One row per user and module assigned; an empty module is the one there is.
select
    assignments.client_id,
    assignments.user_id,
    coalesce(assignments.module, '') as module,
    assignments.assigned_on,
    assignments.withdrawn_on,
    assignments.file_id,
    assignments.line
from {{ source('landing', 'assignments') }} as assignments

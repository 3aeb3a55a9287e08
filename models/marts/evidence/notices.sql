-- One row per kind of notice, log and name in it: what no figure speaks of and a person should look at.
select
    notices.notice,
    notices.source,
    notices.log,
    notices.name,
    notices.nearest,
    notices.rows,
    notices.first_at,
    notices.last_at
from {{ source('landing', 'notices') }} as notices

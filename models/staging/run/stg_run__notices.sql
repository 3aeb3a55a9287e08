-- One row per kind of notice, log and name in it: names that no registry knows, and facts after as_of.
select
    notices.notice,
    notices.source,
    notices.log,
    notices.name,
    notices.nearest,
    notices.rows,
    notices.first_at,
    notices.last_at,
from {{ source('landing', 'notices') }} as notices

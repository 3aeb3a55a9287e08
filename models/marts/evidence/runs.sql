-- One row: the run that made this warehouse, and the instant it asked about.
select
    run.run_id,
    run.as_of,
    run.started_at
from {{ source('landing', 'run') }} as run

-- One row: the instant at which the question is asked, and the run that asks it.
select
    run.run_id,
    run.as_of,
    run.started_at,
from {{ source('landing', 'run') }} as run

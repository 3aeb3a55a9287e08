-- One row per environment and month before which the stored figures may stand: nothing was failing when it began.
select
    availability_cuts.environment_id,
    availability_cuts.month,
    availability_cuts.month_from,
from {{ source('landing', 'availability_cuts') }} as availability_cuts

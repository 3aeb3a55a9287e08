-- One row per version of a FEC file and way in which it departs from the layout of the law.
select
    fec_deviations.file_ref,
    fec_deviations.deviation,
    fec_deviations.first_value,
    fec_deviations.clause,
    fec_deviations.rows,
from {{ source('landing', 'fec_deviations') }} as fec_deviations

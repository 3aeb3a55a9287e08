-- One row per FEC file version and way in which it departs from the layout of the law.
with fec_deviations as (
    select * from {{ source('landing', 'fec_deviations') }}
)

select
    fec_deviations.file_ref,
    fec_deviations.deviation,
    fec_deviations.first_value,
    fec_deviations.clause,
    fec_deviations.rows
from fec_deviations

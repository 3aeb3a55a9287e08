-- One row per FEC file version and calendar year of EcritureDate: lines, entries, sums and bytes.
with fec_years as (
    select * from {{ ref('stg_history__fec_years') }}
)

select
    fec_years.file_ref,
    fec_years.year,
    fec_years.rows,
    fec_years.entries,
    fec_years.debit,
    fec_years.credit,
    fec_years.size_bytes as bytes
from fec_years

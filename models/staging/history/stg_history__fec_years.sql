-- One row per version of a FEC file and calendar year of EcritureDate.
select
    fec_years.file_ref,
    fec_years.year,
    fec_years.rows,
    fec_years.entries,
    cast(fec_years.debit as decimal(24, 2)) as debit,
    cast(fec_years.credit as decimal(24, 2)) as credit,
    fec_years.size_bytes
from {{ source('landing', 'fec_years') }} as fec_years

-- One row per reading of a file that was withdrawn: by whom, when and why, and what became of its rows.
select
    withdrawals.file_id,
    withdrawals.source,
    withdrawals.format,
    withdrawals.name,
    withdrawals.sha256,
    withdrawals.rows_in,
    withdrawals.rows_stored,
    withdrawals.rows_gone,
    withdrawals.rows_kept,
    withdrawals.rows_restored,
    withdrawals.withdrawn_at,
    withdrawals.withdrawn_by,
    withdrawals.why,
    withdrawals.undone_at,
    withdrawals.undone_by
from {{ source('landing', 'withdrawals') }} as withdrawals

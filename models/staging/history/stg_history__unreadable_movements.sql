-- One row per rejected accounting line of one version of a file.
select
    unreadable_movements.file_ref,
    unreadable_movements.client_id,
    unreadable_movements.dossier_id,
    unreadable_movements.journal_code,
    unreadable_movements.entry_number,
    unreadable_movements.lettering_id,
    unreadable_movements.is_lettering_unknown,
    unreadable_movements.rule,
    unreadable_movements.size_bytes,
    unreadable_movements.entry_on,
    unreadable_movements.file_id,
    unreadable_movements.line,
from {{ source('landing', 'unreadable_movements') }} as unreadable_movements

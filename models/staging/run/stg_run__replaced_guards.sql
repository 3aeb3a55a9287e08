-- One row per row of holds or dossiers in whose place another with its key was stored.
select distinct
    changes.table_name as log,
    {{ json_text('changes.key', 'hold_id') }} as hold_id,
    coalesce({{ json_text('changes.key', 'client_id') }}, {{ json_text('changes.old_values', 'client_id') }})
        as client_id,
    coalesce({{ json_text('changes.key', 'dossier_id') }}, {{ json_text('changes.old_values', 'dossier_id') }})
        as dossier_id,
    coalesce({{ json_text('changes.key', 'client_id') }}, {{ json_text('changes.new_values', 'client_id') }})
        as new_client_id,
    coalesce({{ json_text('changes.key', 'dossier_id') }}, {{ json_text('changes.new_values', 'dossier_id') }})
        as new_dossier_id,
    changes.old_file_id,
    changes.old_line,
    changes.new_file_id
from {{ source('landing', 'changes') }} as changes
where changes.table_name in ('holds', 'dossiers')

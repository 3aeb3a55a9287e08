-- One row per fact, points apart, by which the kept copies of backups were located.
select
    backup_facts.holding_key,
    backup_facts.contract_id,
    backup_facts.utc_day,
    backup_facts.nights_digest,
    backup_facts.asked_at,
from {{ source('landing', 'backup_facts') }} as backup_facts

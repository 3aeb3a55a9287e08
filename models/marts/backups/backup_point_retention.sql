-- One row per restore point of client data and repository: how long it was kept, proven by the
-- listings that show it (R12). The latest listing that shows it and the first that no longer does
-- are the two that prove the verdict.
with copies as (
    select * from {{ ref('int_backup_copies') }}
),

nights as (
    select * from {{ ref('int_backup_nights_promised') }}
),

environments as (
    select * from {{ ref('stg_registry__environments') }}
),

files as (
    select * from {{ ref('stg_run__files') }}
)

select
    copies.contract_id,
    copies.environment_id,
    copies.repository_id,
    copies.place,
    copies.point_id,
    copies.quality,
    copies.is_in_night
    and copies.is_good
    and copies.night_on >= environments.opened_on
    and (environments.closed_on is null or copies.night_on < environments.closed_on)
        as is_promised,
    copies.is_restorable,
    copies.night_on,
    nights.last_kept_on as required_until,
    copies.started_at,
    copies.first_listed_at,
    copies.last_listed_at,
    copies.missing_listed_at,
    case
        when copies.is_present then 'present'
        when copies.missing_listed_at < nights.last_kept_until then 'expired_early'
        when copies.last_listed_at >= nights.last_kept_from then 'expired_on_time'
        else 'undecidable'
    end as verdict,
    files.name as file,
    copies.line,
from copies
inner join nights
    on nights.contract_id = copies.contract_id
    and nights.content = copies.content
    and nights.night_on = copies.night_on
inner join environments on environments.environment_id = copies.environment_id
inner join files on files.file_id = copies.file_id
where copies.content = 'data'

-- One row per restore point of client data and repository: how long it was kept, proven by the
-- listings that show it (R12). The latest listing that shows it and the first that no longer does
-- are the two that prove the verdict. A view: millions of rows get their texts where they are
-- published.
{{ config(materialized='view') }}

with verdicts as (
    select * from {{ ref('int_backup_point_verdicts') }}
),

holdings as (
    select * from {{ ref('int_backup_holdings') }}
),

point_keys as (
    select * from {{ source('landing', 'point_keys') }}
),

files as (
    select * from {{ source('landing', 'files') }}
)

select
    holdings.contract_id,
    holdings.environment_id,
    holdings.repository_id,
    holdings.place,
    point_keys.point_id,
    verdicts.quality,
    verdicts.is_promised,
    verdicts.is_restorable,
    verdicts.night_on,
    verdicts.required_until,
    verdicts.started_at,
    verdicts.first_listed_at,
    verdicts.last_listed_at,
    verdicts.missing_listed_at,
    verdicts.verdict,
    files.name as file,
    verdicts.line,
    verdicts.point_key
from verdicts
inner join holdings on holdings.holding_key = verdicts.holding_key
inner join point_keys on point_keys.point_key = verdicts.point_key
inner join files on files.file_id = verdicts.file_id

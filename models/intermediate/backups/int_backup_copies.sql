-- One row per copy (repository, point) of a known environment shown by as_of, with what it is
-- worth.
-- A view: the few doubtful copies join fast, and a table would write every point again.
{{ config(materialized='view') }}

with copies as (
    select * from {{ ref('int_backup_copies_located') }}
),

doubtful as (
    select * from {{ ref('int_backup_copies_doubtful') }}
),

broken as (
    select * from {{ ref('int_backup_chains_broken') }}
),

judged as (
    select
        copies.*,
        case
            when doubtful.quality is not null then doubtful.quality
            when broken.broken_at <= copies.first_listed_at then 'broken_chain'
            else 'good'
        end as quality,
        coalesce(doubtful.is_accepted, true)
        and coalesce(broken.broken_at > copies.first_listed_at, true) as is_good,
        broken.broken_at is null as is_chain_whole,
        coalesce(doubtful.is_told_by_job, false) as is_told_by_job,
    from copies
    left join doubtful on doubtful.point_key = copies.point_key
    left join broken on broken.point_key = copies.point_key
)

select
    judged.point_key,
    judged.repository_id,
    judged.place,
    judged.contract_id,
    judged.environment_id,
    judged.content,
    judged.point_id,
    judged.quality,
    judged.size_bytes,
    judged.is_scheduled,
    judged.is_told_by_job,
    judged.is_in_night,
    judged.is_good,
    judged.is_present,
    judged.is_good and judged.is_present and judged.is_chain_whole as is_restorable,
    judged.night_on,
    judged.started_at,
    judged.finished_at,
    judged.first_listed_at,
    judged.last_listed_at,
    case when not judged.is_present then judged.missing_listed_at end as missing_listed_at,
    judged.latest_listed_at,
    judged.file_id,
    judged.line,
from judged

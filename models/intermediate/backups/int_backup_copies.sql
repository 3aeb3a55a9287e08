-- One row per copy (repository, point) of a known environment shown by as_of, with what it is worth.
{{ config(materialized='view') }}

with copies as (
    select * from {{ ref('int_backup_copies_located') }}
),

doubtful as (
    select * from {{ ref('int_backup_copies_doubtful') }}
),

broken as (
    select * from {{ ref('int_backup_chains_broken') }}
)

select
    copies.point_key,
    copies.holding_key,
    case
        when doubtful.quality is not null then doubtful.quality
        when broken.broken_at <= copies.first_listed_at then 'broken_chain'
        else 'good'
    end as quality,
    copies.is_scheduled,
    coalesce(doubtful.is_told_by_job, false) as is_told_by_job,
    copies.is_in_night,
    coalesce(doubtful.is_accepted, true)
    and coalesce(broken.broken_at > copies.first_listed_at, true) as is_good,
    coalesce(doubtful.is_accepted, true)
    and copies.missing_listed_at is null
    and broken.broken_at is null as is_restorable,
    copies.night_on,
    copies.started_at,
    copies.first_listed_at,
    copies.last_listed_at,
    copies.missing_listed_at,
    copies.file_id,
    copies.line
from copies
left join doubtful on doubtful.point_key = copies.point_key
left join broken on broken.point_key = copies.point_key

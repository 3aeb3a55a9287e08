-- One row per restore point shown by as_of, as the last listing that shows it tells it.
-- A view, as all that reads every point: a table would write millions of rows that did not change.
{{ config(materialized='view') }}

with points as (
    select * from {{ source('landing', 'restore_points') }}
),

run as (
    select * from {{ source('landing', 'run') }}
)

select
    points.point_key,
    points.holding_key,
    points.status,
    points.parent_point_id,
    points.original_point_id,
    points.size_bytes,
    points.is_scheduled,
    points.started_at,
    points.finished_at,
    points.first_listed_at,
    points.last_listed_at,
    case when points.missing_listed_at <= run.as_of then points.missing_listed_at end
        as missing_listed_at,
    points.file_id,
    points.line
from points
inner join run on points.known_at <= run.as_of

union all

select
    learnt.point_key,
    learnt.holding_key,
    learnt.status,
    learnt.parent_point_id,
    learnt.original_point_id,
    learnt.size_bytes,
    learnt.is_scheduled,
    learnt.started_at,
    learnt.finished_at,
    learnt.first_listed_at,
    learnt.last_listed_at,
    learnt.missing_listed_at,
    learnt.file_id,
    learnt.line
from {{ ref('int_backup_points_then') }} as learnt

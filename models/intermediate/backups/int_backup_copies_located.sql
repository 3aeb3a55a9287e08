-- One row per copy (repository, point) of a known environment shown by as_of: where it lies, which
-- night, whether still there.
{{ config(materialized='view') }}

with points as (
    select * from {{ ref('int_backup_points') }}
),

holdings as (
    select * from {{ ref('int_backup_holdings') }}
),

slices as (
    select * from {{ ref('int_backup_night_slices') }}
)

select
    points.point_key,
    points.holding_key,
    holdings.repository_id,
    holdings.place,
    holdings.contract_id,
    holdings.contract_number,
    holdings.environment_id,
    holdings.content,
    points.status as listed_status,
    points.parent_point_id,
    points.original_point_id,
    points.size_bytes,
    coalesce(points.is_scheduled, true) as is_scheduled,
    slices.is_in_night,
    points.missing_listed_at is null as is_present,
    slices.night_on,
    points.started_at,
    points.finished_at,
    points.first_listed_at,
    points.last_listed_at,
    points.missing_listed_at,
    points.file_id,
    points.line,
from points
inner join holdings on holdings.holding_key = points.holding_key
inner join slices
    on slices.contract_number = holdings.contract_number
    and slices.utc_day = {{ utc_day('points.started_at') }}
    and slices.slice_from <= points.started_at
    and points.started_at < slices.slice_until

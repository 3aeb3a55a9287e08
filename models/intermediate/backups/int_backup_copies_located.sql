-- One row per copy (repository, point) of a known environment shown by as_of: which night it came to
-- and how long it was listed. Whose it is and where it lies is told by its holding. A copy older than the
-- contract's calendar came to no night that could be due, and bears the UTC day on which it started.
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
    points.status as listed_status,
    points.parent_point_id,
    points.original_point_id,
    coalesce(points.is_scheduled, true) as is_scheduled,
    coalesce(slices.is_in_night, false) as is_in_night,
    coalesce(slices.night_on, {{ utc_day('points.started_at') }}) as night_on,
    points.started_at,
    points.first_listed_at,
    points.last_listed_at,
    points.missing_listed_at,
    points.file_id,
    points.line
from points
inner join holdings on holdings.holding_key = points.holding_key
left join slices
    on slices.contract_number = holdings.contract_number
    and slices.utc_day = {{ utc_day('points.started_at') }}
    and slices.slice_from <= points.started_at
    and points.started_at < slices.slice_until
where holdings.contract_number is not null

-- One row per restore point shown by as_of: the first and the last listing that shows it. What a
-- later listing says is not known yet: the question asked about last December gets the answer of
-- last December.
with points as (
    select * from {{ ref('stg_backups__points') }}
),

run as (
    select * from {{ ref('stg_run') }}
)

select
    points.point_key,
    min(points.listed_at) as first_listed_at,
    max(points.listed_at) as last_listed_at,
from points
cross join run
where points.listed_at <= run.as_of
    and points.started_at <= run.as_of
group by points.point_key

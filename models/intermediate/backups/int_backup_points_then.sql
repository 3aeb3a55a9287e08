-- One row per restore point of which something was learnt after as_of, as it was known then: asked
-- about last December, the answer is that of last December. Only such a question reads the listings'
-- rows themselves; asked about now, there are none.
with learnt_later as (
    select
        restore_points.point_key,
        restore_points.holding_key,
        run.as_of
    from {{ source('landing', 'restore_points') }} as restore_points
    inner join {{ source('landing', 'run') }} as run on run.as_of < restore_points.known_at
    where restore_points.first_listed_at <= run.as_of
),

shown as (
    select points.*
    from {{ source('landing', 'points') }} as points
    inner join learnt_later on learnt_later.point_key = points.point_key
    where points.listed_at <= learnt_later.as_of
        and points.started_at <= learnt_later.as_of
),

bounds as (
    select
        shown.point_key,
        min(shown.listed_at) as first_listed_at,
        max(shown.listed_at) as last_listed_at
    from shown
    group by shown.point_key
),

-- A backup's parent never changes; some listings do not tell it.
parents as (
    select
        shown.point_key,
        max_by(shown.parent_point_id, shown.listed_at) as parent_point_id
    from shown
    where shown.parent_point_id is not null
    group by shown.point_key
),

listings as (
    select * from {{ ref('int_backup_listings') }}
),

missed as (
    select
        bounds.point_key,
        min(listings.listed_at) as missing_listed_at
    from bounds
    inner join learnt_later on learnt_later.point_key = bounds.point_key
    inner join {{ source('landing', 'holdings') }} as holdings
        on holdings.holding_key = learnt_later.holding_key
    inner join listings
        on listings.repository_id = holdings.repository_id
        and listings.listed_at > bounds.last_listed_at
    where listings.is_complete
    group by bounds.point_key
)

select
    bounds.point_key,
    learnt_later.holding_key,
    shown.status,
    parents.parent_point_id,
    shown.original_point_id,
    shown.size_bytes,
    shown.is_scheduled,
    shown.started_at,
    shown.finished_at,
    bounds.first_listed_at,
    bounds.last_listed_at,
    missed.missing_listed_at,
    shown.file_id,
    shown.line
from bounds
inner join shown
    on shown.point_key = bounds.point_key
    and shown.listed_at = bounds.last_listed_at
inner join learnt_later on learnt_later.point_key = bounds.point_key
left join parents on parents.point_key = bounds.point_key
left join missed on missed.point_key = bounds.point_key

-- One row per copy and point of its repository that it needs. A table: that it is mostly short, or
-- empty, spares whoever joins it a look at all points.
with copies as (
    select * from {{ ref('int_backup_copies_located') }}
),

holdings as (
    select * from {{ ref('int_backup_holdings') }}
),

needed as (
    select
        copies.point_key,
        holdings.repository_id,
        {{ words('copies.parent_point_id') }} as needed_point_id,
        copies.first_listed_at,
        copies.last_listed_at,
    from copies
    inner join holdings on holdings.holding_key = copies.holding_key
    where copies.parent_point_id is not null
)

select * from needed
where needed.needed_point_id <> ''

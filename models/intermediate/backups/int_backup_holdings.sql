-- One row per repository, environment and content that a listing showed by as_of: which contract
-- binds it, where it lies, how far its listings reach. Every point bears its key, so that what is
-- told by text is joined once for each of them and not once for each point. Points older than the
-- contract's calendar are counted; the first night is that of the first point within it.
with environments as (
    select * from {{ ref('stg_registry__environments') }}
),

repositories as (
    select * from {{ ref('int_backup_repositories') }}
),

slices as (
    select * from {{ ref('int_backup_night_slices') }}
),

spans as (
    select
        slices.contract_id,
        slices.contract_number,
        min(slices.slice_from) as nights_from
    from slices
    group by slices.contract_id, slices.contract_number
),

holdings as (
    select
        holdings.*,
        environments.contract_id,
        environments.environment_id is not null as is_registered,
        environments.opened_on,
        environments.closed_on,
        spans.contract_number,
        spans.nights_from
    from {{ source('landing', 'holdings') }} as holdings
    left join environments on environments.environment_id = holdings.environment_id
    left join spans on spans.contract_id = environments.contract_id
),

held as (
    select
        points.holding_key,
        count(*) as points,
        count(case when points.started_at < holdings.nights_from then 1 end) as points_before,
        min(case when points.started_at >= holdings.nights_from then points.started_at end)
            as first_started_at,
        min(points.first_listed_at) as first_listed_at,
        max(points.last_listed_at) as last_listed_at
    from {{ ref('int_backup_points') }} as points
    left join holdings on holdings.holding_key = points.holding_key
    group by points.holding_key
)

select
    held.holding_key,
    min(held.holding_key) over (
        partition by holdings.environment_id, holdings.content
    ) as content_key,
    min(held.holding_key) over (
        partition by holdings.environment_id, holdings.content, repositories.place
    ) as place_key,
    holdings.repository_id,
    repositories.place,
    holdings.contract_id,
    holdings.environment_id,
    holdings.content,
    held.points,
    held.points_before,
    holdings.is_registered,
    holdings.opened_on,
    holdings.closed_on,
    holdings.contract_number,
    slices.night_on as first_night_on,
    held.first_listed_at,
    held.last_listed_at,
    repositories.latest_listed_at
from held
inner join holdings on holdings.holding_key = held.holding_key
inner join repositories on repositories.repository_id = holdings.repository_id
left join slices
    on slices.contract_id = holdings.contract_id
    and slices.utc_day = {{ utc_day('held.first_started_at') }}
    and slices.slice_from <= held.first_started_at
    and held.first_started_at < slices.slice_until

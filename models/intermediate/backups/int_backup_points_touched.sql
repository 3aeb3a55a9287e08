-- One row per restore point that may be located otherwise than in the build before: a listing told
-- something of it, a fact came, went or changed, or it is younger than the earlier of the two
-- instants asked.
with holdings as (
    select * from {{ ref('int_backup_holdings') }}
),

known as (
    select * from {{ ref('stg_run__backup_facts') }}
),

found as (
    select * from {{ ref('int_backup_facts') }}
),

differing as (
    (
        select * from found
        except
        select * from known
    )
    union all
    (
        select * from known
        except
        select * from found
    )
),

asked as (
    select min(facts.asked_at) as asked_at
    from (
        select found.asked_at from found
        union all
        select known.asked_at from known
    ) as facts
)

select changed.point_key
from {{ ref('stg_backups__changed_points') }} as changed

union

select points.point_key
from {{ ref('stg_backups__restore_points') }} as points
cross join asked
where points.known_at > asked.asked_at or points.missing_listed_at > asked.asked_at

union

select points.point_key
from {{ ref('stg_backups__restore_points') }} as points
inner join differing on differing.holding_key = points.holding_key

union

select points.point_key
from {{ ref('stg_backups__restore_points') }} as points
inner join holdings on holdings.holding_key = points.holding_key
inner join differing
    on differing.contract_id = holdings.contract_id
    and differing.utc_day = {{ utc_day('points.started_at') }}

-- One row per environment, content and place that ever held a copy of it: its latest listing there,
-- its first night. A listing of another tool's repository in the same building vouches for nothing.
with copies as (
    select * from {{ ref('int_backup_copies_located') }}
)

select
    copies.contract_id,
    copies.environment_id,
    copies.content,
    copies.place,
    max(copies.latest_listed_at) as latest_listed_at,
    min(copies.night_on) as first_night_on,
from copies
group by copies.contract_id, copies.environment_id, copies.content, copies.place

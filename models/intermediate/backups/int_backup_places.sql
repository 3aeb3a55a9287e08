-- One row per environment, content and place that ever held a copy of it: its latest listing there,
-- its first night. A listing of another tool's repository in the same building vouches for nothing.
{{ config(materialized='view') }}

with holdings as (
    select * from {{ ref('int_backup_holdings') }}
)

select
    holdings.content_key,
    holdings.place_key,
    holdings.contract_id,
    holdings.environment_id,
    holdings.content,
    holdings.place,
    max(holdings.latest_listed_at) as latest_listed_at,
    min(holdings.first_night_on) as first_night_on
from holdings
where holdings.contract_number is not null
group by
    holdings.content_key,
    holdings.place_key,
    holdings.contract_id,
    holdings.environment_id,
    holdings.content,
    holdings.place

-- One row per counted commitment that waited: business time waited before it was done, and by how much that moves its due
-- instant. A stretch of waiting moves it when it begins before the limit is used up. (Limits in working days: R10's own models.)
{{ config(materialized='table') }}
with pauses as (
    select * from {{ ref('int_ticket_pause_readings') }}
)

select
    pauses.ticket_id,
    pauses.commitment,
    cast(sum(greatest(
        least(pauses.until_reading_s, pauses.ended_reading_s) - pauses.from_reading_s, 0
    )) as decimal(18, 6)) as waited_s,
    cast(sum(case
        when pauses.from_reading_s - pauses.started_reading_s - pauses.waited_before_s < pauses.allowed_s
            then pauses.until_reading_s - pauses.from_reading_s
        else 0
    end) as decimal(18, 6)) as moved_s,
from pauses
where pauses.allowed_s is not null
group by pauses.ticket_id, pauses.commitment

-- One row per night: a fingerprint of all that backup_point_retention tells of its points. While it
-- stays, so do their rows. Names of points and files stay with their numbers.
{{ config(materialized='view') }}

with holdings as (
    select
        held.holding_key,
        held.contract_number,
        held.content,
        {{ row_hash(
            'held.contract_id', 'held.environment_id', 'held.repository_id', 'held.place',
            'held.opened_on', 'held.closed_on'
        ) }} as holding
    from {{ ref('int_backup_holdings') }} as held
    where held.content = 'data'
),

copies as (
    select * from {{ ref('int_backup_copies') }}
),

nights as (
    select * from {{ ref('int_backup_nights_promised') }}
),

held_nights as (
    select
        copies.night_on,
        holdings.contract_number,
        holdings.content,
        {{ combined_hash(row_hash(
            'copies.point_key', 'copies.quality', 'copies.is_in_night', 'copies.is_good',
            'copies.is_restorable', 'copies.started_at', 'copies.first_listed_at',
            'copies.last_listed_at', 'copies.missing_listed_at', 'copies.file_id', 'copies.line',
            'holdings.holding'
        )) }} as points
    from copies
    inner join holdings on holdings.holding_key = copies.holding_key
    group by copies.night_on, holdings.contract_number, holdings.content
)

select
    held_nights.night_on,
    {{ combined_hash(row_hash(
        'held_nights.contract_number', 'nights.last_kept_on', 'nights.last_kept_from',
        'nights.last_kept_until', 'held_nights.points'
    )) }} as fingerprint
from held_nights
left join nights
    on nights.contract_number = held_nights.contract_number
    and nights.content = held_nights.content
    and nights.night_on = held_nights.night_on
group by held_nights.night_on

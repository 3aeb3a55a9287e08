-- One row per environment, content and night it was promised, since the first night anything is
-- known of (R11, R12). Every environment of the registry has its nights of data, whether a manifest
-- names it or not; documents are asked for where any were ever saved.
-- A view: most readers want the due nights only.
{{ config(materialized='view') }}

with environments as (
    select * from {{ ref('stg_registry__environments') }}
),

nights as (
    select * from {{ ref('int_backup_nights_promised') }}
),

places as (
    select * from {{ ref('int_backup_places') }}
),

-- Before the first copy of a contract nothing is known, so nothing is told about its months.
first_data_nights as (
    select
        places.contract_id,
        min(places.first_night_on) as first_night_on
    from places
    where places.content = 'data'
    group by places.contract_id
),

contents as (
    select
        places.content_key,
        places.environment_id,
        places.content,
        min(places.first_night_on) as first_night_on
    from places
    group by places.content_key, places.environment_id, places.content
),

asked as (
    select
        environments.*,
        asked_for.content,
        contents.content_key,
        contents.first_night_on
    from environments
    cross join (select distinct nights.content from nights) as asked_for
    left join contents
        on contents.environment_id = environments.environment_id
        and contents.content = asked_for.content
)

select
    asked.contract_id,
    asked.client_id,
    asked.environment_id,
    asked.environment_kind,
    asked.is_production,
    asked.content,
    asked.content_key,
    nights.places_needed,
    nights.is_due,
    nights.night_on,
    cast(date_trunc('month', nights.night_on) as date) as month,
    nights.night_from,
    nights.night_until
from asked
inner join nights
    on nights.contract_id = asked.contract_id
    and nights.content = asked.content
    and nights.night_on >= asked.opened_on
    and (asked.closed_on is null or nights.night_on < asked.closed_on)
    and nights.night_on < nights.asked_on
left join first_data_nights on first_data_nights.contract_id = asked.contract_id
where (
    nights.content = 'data'
    and (nights.is_due or nights.night_on >= first_data_nights.first_night_on)
)
or (
    nights.content = 'documents'
    and nights.night_on >= asked.first_night_on
)

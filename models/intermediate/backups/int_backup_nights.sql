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
        min(places.first_night_on) as first_night_on,
    from places
    where places.content = 'data'
    group by places.contract_id
),

first_documents_nights as (
    select
        places.environment_id,
        min(places.first_night_on) as first_night_on,
    from places
    where places.content = 'documents'
    group by places.environment_id
)

select
    environments.contract_id,
    environments.client_id,
    environments.environment_id,
    environments.environment_kind,
    environments.is_production,
    nights.content,
    nights.places_needed,
    nights.is_due,
    nights.night_on,
    cast(date_trunc('month', nights.night_on) as date) as month,
    nights.night_from,
    nights.night_until,
from environments
inner join nights
    on nights.contract_id = environments.contract_id
    and nights.night_on >= environments.opened_on
    and (environments.closed_on is null or nights.night_on < environments.closed_on)
    and nights.night_on < nights.asked_on
left join first_data_nights on first_data_nights.contract_id = environments.contract_id
left join first_documents_nights
    on first_documents_nights.environment_id = environments.environment_id
where (
    nights.content = 'data'
    and (nights.is_due or nights.night_on >= first_data_nights.first_night_on)
)
or (
    nights.content = 'documents'
    and nights.night_on >= first_documents_nights.first_night_on
)

-- One row per environment, content, month and number of places promised: the nights required, one
-- bit each, those covered at every place that covered any in the month, and the others. Nights begin
-- with the first that anything is known of, or with those due: before, nothing can be told.
with first_nights as (
    select
        places.contract_id,
        min(places.first_night_on) as first_night_on
    from {{ ref('int_backup_places') }} as places
    where places.content = 'data'
    group by places.contract_id
),

first_documents_nights as (
    select
        places.environment_id,
        min(places.first_night_on) as first_night_on
    from {{ ref('int_backup_places') }} as places
    where places.content = 'documents'
    group by places.environment_id
),

asked as (
    select
        promised.contract_id,
        promised.content,
        promised.places_needed,
        cast(date_trunc('month', promised.night_on) as date) as month,
        min(promised.night_on) as first_on,
        max(promised.night_on) as last_on,
        bit_or({{ night_bit('promised.night_on') }}) as nights
    from {{ ref('int_backup_nights_promised') }} as promised
    left join first_nights on first_nights.contract_id = promised.contract_id
    where promised.night_on < promised.asked_on
        and (
            promised.content = 'documents'
            or promised.is_due
            or promised.night_on >= first_nights.first_night_on
        )
    group by all
),

spans as (
    select
        environments.contract_id,
        environments.client_id,
        environments.environment_id,
        environments.environment_kind,
        environments.is_production,
        environments.closed_on,
        contents.content,
        case
            when contents.content = 'documents'
                then greatest(environments.opened_on, first_documents_nights.first_night_on)
            else environments.opened_on
        end as opened_on
    from {{ ref('stg_registry__environments') }} as environments
    cross join (select distinct asked.content from asked) as contents
    left join first_documents_nights
        on first_documents_nights.environment_id = environments.environment_id
    where contents.content = 'data' or first_documents_nights.first_night_on is not null
),

required as (
    select
        spans.contract_id,
        spans.client_id,
        spans.environment_id,
        spans.environment_kind,
        spans.is_production,
        spans.content,
        asked.places_needed,
        asked.month,
        asked.nights
        & case
            when spans.opened_on > asked.first_on then {{ nights_from('spans.opened_on') }}
            else -1
        end
        & case
            when spans.closed_on <= asked.last_on then ~{{ nights_from('spans.closed_on') }}
            else -1
        end as required_nights
    from spans
    inner join asked
        on asked.contract_id = spans.contract_id
        and asked.content = spans.content
        and asked.last_on >= spans.opened_on
        and (spans.closed_on is null or asked.first_on < spans.closed_on)
),

covered as (
    select
        place_months.environment_id,
        place_months.content,
        place_months.month,
        count(*) as places,
        bit_and(place_months.covered_nights) as covered_nights
    from {{ ref('int_backup_place_months') }} as place_months
    group by place_months.environment_id, place_months.content, place_months.month
),

compared as (
    select
        required.*,
        case
            when covered.places >= required.places_needed
                then required.required_nights & covered.covered_nights
            else 0
        end as covered_everywhere
    from required
    left join covered
        on covered.environment_id = required.environment_id
        and covered.content = required.content
        and covered.month = required.month
    where required.required_nights <> 0
)

select
    compared.*,
    compared.required_nights & ~compared.covered_everywhere as other_nights
from compared

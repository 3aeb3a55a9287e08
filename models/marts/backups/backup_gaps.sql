-- One row per environment, content and run of due nights in a row that lack places (art. 9).
with nights as (
    select
        due.*,
        row_number() over (
            partition by due.environment_id, due.content order by due.night_on
        ) as place_in_all
    from {{ ref('backup_nights') }} as due
),

lacking as (
    select
        nights.*,
        nights.place_in_all - row_number() over (
            partition by nights.environment_id, nights.content order by nights.night_on
        ) as run_number
    from nights
    where not nights.is_covered
)

select
    lacking.contract_id,
    lacking.client_id,
    lacking.environment_id,
    lacking.content,
    min(lacking.night_on) as first_night_on,
    max(lacking.night_on) as last_night_on,
    count(*) as nights,
    cast(sum(case when lacking.places_covered = 0 then 1 else 0 end) as bigint)
        as nights_without_copy,
    cast(sum(case
        when lacking.places_covered + lacking.places_unknown >= lacking.places_needed then 1 else 0
    end) as bigint) as nights_unknown,
    min(lacking.night_from) as gap_from,
    max(lacking.night_until) as gap_until
from lacking
group by
    lacking.contract_id,
    lacking.client_id,
    lacking.environment_id,
    lacking.content,
    lacking.run_number

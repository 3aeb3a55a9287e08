-- One row per fiscal year that the registry gives one by one or, where it is silent, that the name of a FEC file tells.
-- A year without a first day starts where the year before ended, if that is under 24 months ago, else 12 months before its end.
with registered as (
    select
        keys.dossier_key,
        dossiers.fiscal_year_from,
        coalesce(
            dossiers.fiscal_year_until,
            {{ add_days(add_months('dossiers.fiscal_year_from', 12), -1) }}
        ) as fiscal_year_end
    from {{ source('landing', 'dossiers') }} as dossiers
    inner join {{ source('landing', 'dossier_keys') }} as keys
        on keys.client_id = dossiers.client_id and keys.dossier_id = dossiers.dossier_id
    where dossiers.fiscal_year_from is not null or dossiers.fiscal_year_until is not null
),

told as (
    select distinct
        dossiers.client_id,
        dossiers.dossier_id
    from {{ source('landing', 'dossiers') }} as dossiers
    where dossiers.fiscal_year_from is not null
        or dossiers.fiscal_year_until is not null
        or dossiers.fiscal_year_end is not null
),

named as (
    select distinct
        keys.dossier_key,
        cast(null as date) as fiscal_year_from,
        fec_files.name_closing_on as fiscal_year_end
    from {{ ref('stg_history__fec_files') }} as fec_files
    inner join {{ source('landing', 'dossier_keys') }} as keys
        on keys.client_id = fec_files.client_id and keys.dossier_id = fec_files.dossier_id
    left join told on told.client_id = fec_files.client_id and told.dossier_id = fec_files.dossier_id
    where fec_files.name_closing_on is not null and told.client_id is null
),

years as (
    select
        registered.*,
        true as is_registered
    from registered
    union all
    select
        named.*,
        false as is_registered
    from named
),

following as (
    select
        years.*,
        lag(years.fiscal_year_end) over (
            partition by years.dossier_key order by years.fiscal_year_end
        ) as end_before
    from years
)

select
    following.dossier_key,
    coalesce(
        following.fiscal_year_from,
        case
            when following.end_before > {{ add_months('following.fiscal_year_end', -24) }}
                then {{ add_days('following.end_before', 1) }}
            else {{ add_days(add_months('following.fiscal_year_end', -12), 1) }}
        end
    ) as fiscal_year_from,
    following.fiscal_year_end,
    following.is_registered
from following

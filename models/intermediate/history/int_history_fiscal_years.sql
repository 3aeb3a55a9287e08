-- One row per dossier and fiscal year, numbered without gaps from before its first entry to beyond the date asked.
-- Years given one by one hold as given; every other closes on the day the registry names, else on that of the last year given,
-- else on 31 December. A closing day of 29 February is the 28th where there is none.
{% set closing_day = "'^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'" %}
with dossiers as (
    select * from {{ ref('int_history_dossiers') }}
),

declared as (
    select * from {{ ref('int_history_declared_years') }}
),

registered as (
    select
        dossiers.client_id,
        dossiers.dossier_id,
        min(dossiers.fiscal_year_end) as closing_day
    from {{ source('landing', 'dossiers') }} as dossiers
    where {{ matches('dossiers.fiscal_year_end', closing_day) }}
    group by dossiers.client_id, dossiers.dossier_id
),

last_declared as (
    select
        declared.dossier_key,
        min(declared.fiscal_year_from) as first_from,
        max(declared.fiscal_year_end) as last_end
    from declared
    group by declared.dossier_key
),

closing_days as (
    select
        dossiers.dossier_key,
        cast(substr(coalesce(registered.closing_day, '12-31'), 1, 2) as integer) as month_named,
        cast(substr(coalesce(registered.closing_day, '12-31'), 4, 2) as integer) as day_named,
        registered.closing_day is null and last_declared.last_end is not null as is_deduced,
        last_declared.last_end,
        {{ number_series(
            'cast(year(least(dossiers.first_on, coalesce(last_declared.first_from, dossiers.first_on))) as integer) - 2',
            'cast(year(greatest(dossiers.last_on, dossiers.as_of_on)) as integer)'
            ~ ' + coalesce(dossiers.kept_years, 0) + 3'
        ) }} as year
    from dossiers
    left join registered
        on registered.client_id = dossiers.client_id and registered.dossier_id = dossiers.dossier_id
    left join last_declared on last_declared.dossier_key = dossiers.dossier_key
),

months as (
    select
        closing_days.dossier_key,
        cast(
            concat(
                lpad(cast(closing_days.year as string), 4, '0'), '-',
                lpad(
                    cast(
                        case
                            when closing_days.is_deduced then month(closing_days.last_end)
                            else closing_days.month_named
                        end as string
                    ), 2, '0'
                ), '-01'
            ) as date
        ) as month_on,
        case
            when not closing_days.is_deduced then closing_days.day_named
            when {{ add_days('closing_days.last_end', 1) }} = {{ add_months(
                "cast(date_trunc('month', closing_days.last_end) as date)", 1
            ) }} then 31
            else day(closing_days.last_end)
        end as closing_day
    from closing_days
),

regular as (
    select
        months.dossier_key,
        least(
            {{ add_days('months.month_on', 'months.closing_day') }},
            {{ add_months('months.month_on', 1) }}
        ) as starts_on
    from months
),

starts as (
    select
        regular.dossier_key,
        regular.starts_on
    from regular
    left join declared
        on declared.dossier_key = regular.dossier_key
        and declared.fiscal_year_from < regular.starts_on
        and declared.fiscal_year_end >= regular.starts_on
    where declared.dossier_key is null

    union

    select
        declared.dossier_key,
        declared.fiscal_year_from as starts_on
    from declared

    union

    select
        declared.dossier_key,
        {{ add_days('declared.fiscal_year_end', 1) }} as starts_on
    from declared
    left join declared as covering
        on covering.dossier_key = declared.dossier_key
        and covering.fiscal_year_from <= declared.fiscal_year_end
        and covering.fiscal_year_end > declared.fiscal_year_end
    where covering.dossier_key is null
),

years as (
    select
        starts.dossier_key,
        starts.starts_on,
        lead(starts.starts_on) over (
            partition by starts.dossier_key order by starts.starts_on
        ) as next_starts_on,
        row_number() over (
            partition by starts.dossier_key order by starts.starts_on
        ) as fiscal_year_number
    from starts
)

select
    years.dossier_key,
    cast(years.fiscal_year_number as integer) as fiscal_year_number,
    years.starts_on as fiscal_year_from,
    years.next_starts_on as fiscal_year_until,
    greatest(
        {{ add_days('years.next_starts_on', -1) }},
        coalesce(max(declared.fiscal_year_end), {{ add_days('years.next_starts_on', -1) }})
    ) as fiscal_year_end
from years
left join declared
    on declared.dossier_key = years.dossier_key
    and declared.fiscal_year_from = years.starts_on
where years.next_starts_on is not null
group by
    years.dossier_key, years.fiscal_year_number, years.starts_on, years.next_starts_on

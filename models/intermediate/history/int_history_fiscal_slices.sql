-- One row per dossier, fiscal year and calendar year they share: a date finds its fiscal year by equality on its year.
-- Every cut-off is the first day of a year of one kind or the other: what holds of one day of a slice holds of all.
with fiscal_years as (
    select * from {{ ref('int_history_fiscal_years') }}
),

cut_offs as (
    select * from {{ ref('int_history_cut_offs') }}
),

later as (
    select
        fiscal_years.dossier_key,
        fiscal_years.fiscal_year_from,
        fiscal_years.fiscal_year_until,
        fiscal_years.fiscal_year_end,
        {{ add_months('fiscal_years.fiscal_year_end', '12 * cut_offs.tax_years') }} as tax_held_until,
        kept_until.fiscal_year_from as leaves_fiscal_on,
        {{ number_series(
            'cast(year(fiscal_years.fiscal_year_from) as integer)',
            'cast(year(' ~ add_days('fiscal_years.fiscal_year_until', -1) ~ ') as integer)'
        ) }} as year
    from fiscal_years
    inner join cut_offs on cut_offs.dossier_key = fiscal_years.dossier_key
    left join fiscal_years as kept_until
        on kept_until.dossier_key = fiscal_years.dossier_key
        and kept_until.fiscal_year_number = fiscal_years.fiscal_year_number + cut_offs.kept_years
),

dated as (
    select
        later.*,
        cast(cast(later.year + cut_offs.kept_years as string) || '-01-01' as date)
            as leaves_calendar_on,
        least(
            later.fiscal_year_until, cast(cast(later.year + 1 as string) || '-01-01' as date)
        ) as slice_until,
        cut_offs.history_rule,
        cut_offs.as_of_on,
        cut_offs.calendar_cut_off,
        cut_offs.fiscal_cut_off,
        cut_offs.cut_off,
        cut_offs.has_no_terms
    from later
    inner join cut_offs on cut_offs.dossier_key = later.dossier_key
)

select
    dated.dossier_key,
    cast(dated.year as integer) as year,
    dated.fiscal_year_from,
    dated.fiscal_year_until,
    dated.fiscal_year_end,
    dated.tax_held_until,
    greatest(
        case
            when dated.history_rule = 'calendar' then dated.leaves_calendar_on
            when dated.history_rule = 'fiscal' then dated.leaves_fiscal_on
            else greatest(dated.leaves_calendar_on, dated.leaves_fiscal_on)
        end,
        {{ add_days('dated.tax_held_until', 1) }}
    ) as free_before_holds_on,
    dated.slice_until > dated.calendar_cut_off as is_kept_by_calendar,
    dated.slice_until > dated.fiscal_cut_off as is_kept_by_fiscal,
    dated.slice_until > dated.cut_off as is_kept,
    coalesce(dated.tax_held_until >= dated.as_of_on, false) as is_tax_held,
    dated.has_no_terms
from dated

-- One row per dossier: the first day kept, counted in calendar years, in fiscal years, and as the contract says (R13).
with dossiers as (
    select * from {{ ref('int_history_dossiers') }}
),

fiscal_years as (
    select * from {{ ref('int_history_fiscal_years') }}
),

present as (
    select
        dossiers.dossier_key,
        fiscal_years.fiscal_year_number
    from dossiers
    inner join fiscal_years
        on fiscal_years.dossier_key = dossiers.dossier_key
        and fiscal_years.fiscal_year_from <= dossiers.as_of_on
        and fiscal_years.fiscal_year_until > dossiers.as_of_on
),

both_rules as (
    select
        dossiers.*,
        cast(
            cast(year(dossiers.as_of_on) - dossiers.kept_years + 1 as string) || '-01-01' as date
        ) as calendar_cut_off,
        coalesce(fiscal_years.fiscal_year_from, date '1900-01-01') as fiscal_cut_off
    from dossiers
    left join present on present.dossier_key = dossiers.dossier_key
    left join fiscal_years
        on fiscal_years.dossier_key = dossiers.dossier_key
        and fiscal_years.fiscal_year_number
        = present.fiscal_year_number - dossiers.kept_years + 1
)

select
    both_rules.dossier_key,
    both_rules.client_id,
    both_rules.dossier_id,
    both_rules.contract_id,
    both_rules.history_rule,
    both_rules.kept_years,
    both_rules.tax_years,
    both_rules.as_of_on,
    both_rules.calendar_cut_off,
    case when both_rules.kept_years is not null then both_rules.fiscal_cut_off end as fiscal_cut_off,
    case
        when both_rules.kept_years is null then cast(null as date)
        when both_rules.history_rule = 'calendar' then both_rules.calendar_cut_off
        when both_rules.history_rule = 'fiscal' then both_rules.fiscal_cut_off
        else least(both_rules.calendar_cut_off, both_rules.fiscal_cut_off)
    end as cut_off,
    both_rules.kept_years is null or both_rules.tax_years is null as has_no_terms
from both_rules

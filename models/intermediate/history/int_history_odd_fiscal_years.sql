-- One row per row of dossiers and way in which its fiscal years contradict others: none of them can be relied upon.
with dossiers as (
    select * from {{ source('landing', 'dossiers') }}
),

keys as (
    select * from {{ source('landing', 'dossier_keys') }}
),

overlapping as (
    select
        dossiers.client_id,
        dossiers.dossier_id,
        'fiscal_years_overlap' as rule,
        dossiers.file_id,
        dossiers.line
    from dossiers
    inner join dossiers as others
        on others.client_id = dossiers.client_id
        and others.dossier_id = dossiers.dossier_id
        and others.fiscal_year_from > dossiers.fiscal_year_from
        and others.fiscal_year_from <= dossiers.fiscal_year_until
),

backward as (
    select
        dossiers.client_id,
        dossiers.dossier_id,
        'ends_before_it_begins' as rule,
        dossiers.file_id,
        dossiers.line
    from dossiers
    where dossiers.fiscal_year_until < dossiers.fiscal_year_from
),

-- Fiscal years under a name that is nearly a ledger's do not count for it; its own, registered later, do.
spelled_otherwise as (
    select
        dossiers.client_id,
        dossiers.dossier_id,
        'spelled_otherwise' as rule,
        dossiers.file_id,
        dossiers.line
    from dossiers
    inner join keys
        on {{ alike('keys.client_id') }} = {{ alike('dossiers.client_id') }}
        and {{ alike('keys.dossier_id') }} = {{ alike('dossiers.dossier_id') }}
        and (keys.client_id <> dossiers.client_id or keys.dossier_id <> dossiers.dossier_id)
    left join dossiers as exact
        on exact.client_id = keys.client_id
        and exact.dossier_id = keys.dossier_id
        and exact.file_id > dossiers.file_id
    left join keys as own on own.client_id = dossiers.client_id and own.dossier_id = dossiers.dossier_id
    where exact.client_id is null and own.client_id is null
)

select * from overlapping
union
select * from backward
union
select * from spelled_otherwise

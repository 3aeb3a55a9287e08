-- One row per dossier with movements: its contract, the terms in force on the date asked, and the dates it ledgers.
-- A client with several contracts is under that of a production environment, the one opened last; a client in no registry
-- is under the warehouse's only contract, or under none.
with keys as (
    select * from {{ source('landing', 'dossier_keys') }}
),

environments as (
    select
        environments.client_id,
        environments.contract_id,
        row_number() over (
            partition by environments.client_id
            order by
                environments.is_production desc,
                environments.opened_on desc,
                environments.contract_id asc
        ) as place
    from {{ ref('stg_registry__environments') }} as environments
),

contracts as (
    select
        contracts.contract_id,
        cast({{ add_seconds('run.as_of', 'zone_offsets.utc_offset_s') }} as date) as as_of_on,
        count(*) over () as contracts
    from {{ ref('int_contracts') }} as contracts
    cross join {{ source('landing', 'run') }} as run
    inner join {{ source('contract', 'zone_offsets') }} as zone_offsets
        on zone_offsets.time_zone = contracts.time_zone
        and zone_offsets.offset_from <= run.as_of
        and zone_offsets.offset_until > run.as_of
),

terms as (
    select
        contracts.contract_id,
        max(case when int_terms.term = 'history_rule' then int_terms.value end) as history_rule,
        max(case when int_terms.term = 'open_item_suppliers_account' then int_terms.value end)
            as suppliers_account,
        max(case when int_terms.term = 'open_item_customers_account' then int_terms.value end)
            as customers_account
    from contracts
    inner join {{ ref('int_terms') }} as int_terms
        on int_terms.contract_id = contracts.contract_id
        and int_terms.valid_from <= contracts.as_of_on
        and coalesce(int_terms.valid_until, date '9999-12-31') > contracts.as_of_on
    group by contracts.contract_id
),

targets as (
    select
        contracts.contract_id,
        cast(max(case when targets.commitment = 'history_years' then targets.value end) as integer)
            as kept_years,
        cast(
            max(case when targets.commitment = 'tax_retention_years' then targets.value end)
            as integer
        ) as tax_years
    from contracts
    inner join {{ ref('int_targets') }} as targets
        on targets.contract_id = contracts.contract_id
        and targets.valid_from <= contracts.as_of_on
        and coalesce(targets.valid_until, date '9999-12-31') > contracts.as_of_on
    group by contracts.contract_id
),

ledgers as (
    select * from {{ ref('stg_history__ledgers') }}
)

select
    keys.dossier_key,
    keys.client_id,
    keys.dossier_id,
    contracts.contract_id,
    terms.history_rule,
    terms.suppliers_account,
    terms.customers_account,
    targets.kept_years,
    targets.tax_years,
    ledgers.lines,
    ledgers.revision,
    coalesce(contracts.as_of_on, cast(run.as_of as date)) as as_of_on,
    ledgers.first_on,
    ledgers.last_on
from keys
inner join ledgers on ledgers.dossier_key = keys.dossier_key
cross join {{ source('landing', 'run') }} as run
left join environments on environments.client_id = keys.client_id and environments.place = 1
left join contracts
    on contracts.contract_id = environments.contract_id
    or (environments.client_id is null and contracts.contracts = 1)
left join terms on terms.contract_id = contracts.contract_id
left join targets on targets.contract_id = contracts.contract_id

-- One row per entry with an unlettered line of a supplier or customer account (the contract's terms name the accounts).
with movements as (
    select
        movements.dossier_key,
        movements.entry_id,
        movements.account,
    from {{ ref('stg_history__movements') }} as movements
    where movements.lettering_id is null
),

dossiers as (
    select * from {{ ref('int_history_dossiers') }}
),

prefixes as (
    select distinct
        dossiers.contract_id,
        int_terms.value as prefix,
    from dossiers
    inner join {{ ref('int_terms') }} as int_terms
        on int_terms.contract_id = dossiers.contract_id
        and int_terms.term in ('open_item_suppliers_account', 'open_item_customers_account')
        and int_terms.valid_from <= dossiers.as_of_on
        and coalesce(int_terms.valid_until, date '9999-12-31') > dossiers.as_of_on
),

accounts as (
    select distinct movements.account from movements
),

open_accounts as (
    select distinct
        prefixes.contract_id,
        accounts.account,
    from accounts
    inner join prefixes
        on substr(ltrim(accounts.account, '0'), 1, length(prefixes.prefix)) = prefixes.prefix
)

select distinct
    movements.dossier_key,
    movements.entry_id,
from movements
inner join dossiers on dossiers.dossier_key = movements.dossier_key
inner join open_accounts
    on open_accounts.contract_id = dossiers.contract_id
    and open_accounts.account = movements.account

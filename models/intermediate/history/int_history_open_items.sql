-- One row per entry with an unlettered line of a supplier or customer account (the contract's terms name the accounts;
-- leading zeros of an account do not count).
with movements as (
    select
        movements.dossier_key,
        movements.entry_id,
        ltrim(movements.account, '0') as account,
    from {{ ref('stg_history__movements') }} as movements
    where movements.lettering_id is null
),

dossiers as (
    select * from {{ ref('int_history_dossiers') }}
)

select distinct
    movements.dossier_key,
    movements.entry_id,
from movements
inner join dossiers on dossiers.dossier_key = movements.dossier_key
where substr(movements.account, 1, length(dossiers.suppliers_account)) = dossiers.suppliers_account
    or substr(movements.account, 1, length(dossiers.customers_account)) = dossiers.customers_account

-- One row per entry with an unlettered line of an account that the contract names for suppliers or customers, or with a line
-- whose account or lettering cannot be understood: it could be one.
with asked as (
    select * from {{ ref('int_history_fingerprints') }} as fingerprints
    where {{ is_asked('fingerprints.dossier_key') }}
),

unlettered as (
    select
        movements.dossier_key,
        movements.entry_id,
        movements.is_unclear,
        asked.suppliers_account,
        asked.customers_account,
        -- Leading zeros of an account do not count. Looking for one is cheaper than trimming every account.
        case
            when {{ starts_with('movements.account', "'0'") }} then ltrim(movements.account, '0')
            else movements.account
        end as bare_account
    from {{ source('landing', 'movements') }} as movements
    inner join asked on asked.dossier_key = movements.dossier_key
    where movements.lettering_id is null or movements.is_unclear
)

select distinct
    unlettered.dossier_key,
    unlettered.entry_id
from unlettered
where unlettered.is_unclear
    or {{ starts_with('unlettered.bare_account', 'unlettered.suppliers_account') }}
    or {{ starts_with('unlettered.bare_account', 'unlettered.customers_account') }}
    -- An account shorter than those, such as 41, may be any of theirs.
    or {{ starts_with('unlettered.suppliers_account', 'unlettered.bare_account') }}
    or {{ starts_with('unlettered.customers_account', 'unlettered.bare_account') }}

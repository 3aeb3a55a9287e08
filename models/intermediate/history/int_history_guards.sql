-- One row per hold, and per row that may have been one, or fiscal years, and was not understood: it holds all of its scope.
select
    'holds' as log,
    holds.hold_id as guard_id,
    holds.reason,
    holds.client_id,
    holds.dossier_id,
    holds.piece,
    holds.fiscal_years,
    holds.account_pattern,
    false as is_refused,
    holds.ends_before_it_begins,
    holds.held_from as from_on,
    holds.free_from,
    holds.movements_from,
    holds.movements_until
from {{ ref('stg_holds__holds') }} as holds

union all

select
    refused.log,
    concat(refused.file, ' line ', cast(refused.line as string), ': ', refused.rule) as guard_id,
    'rejected_hold' as reason,
    refused.client_id,
    refused.dossier_id,
    cast(null as string) as piece,
    cast(null as string) as fiscal_years,
    cast(null as string) as account_pattern,
    true as is_refused,
    false as ends_before_it_begins,
    date '0001-01-01' as from_on,
    date '9999-12-31' as free_from,
    cast(null as date) as movements_from,
    cast(null as date) as movements_until
from {{ ref('int_history_refused_guards') }} as refused

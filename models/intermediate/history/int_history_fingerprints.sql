-- One row per dossier: a fingerprint of everything its verdicts rest on. While it stays, so do they.
-- The date asked is in it only as what it decides: which years and holds still hold.
with dossiers as (
    select * from {{ ref('int_history_dossiers') }}
),

keys as (
    select * from {{ source('landing', 'dossier_keys') }}
),

facts as (
    -- Its lines: a ledger has another revision whenever one came, changed or went.
    select
        dossiers.dossier_key,
        {{ row_hash(
            'dossiers.lines', 'dossiers.revision', 'dossiers.suppliers_account',
            'dossiers.customers_account'
        ) }} as fact
    from dossiers

    union all

    select
        slices.dossier_key,
        {{ row_hash(
            'slices.year', 'slices.fiscal_year_from', 'slices.fiscal_year_until', 'slices.fiscal_year_end',
            'slices.tax_held_until', 'slices.free_before_holds_on', 'slices.is_kept_by_calendar',
            'slices.is_kept_by_fiscal', 'slices.is_kept', 'slices.is_tax_held', 'slices.has_no_terms'
        ) }} as fact
    from {{ ref('int_history_fiscal_slices') }} as slices

    union all

    select
        holds.dossier_key,
        {{ row_hash(
            'holds.hold_id', 'holds.reason', 'holds.piece', 'holds.fiscal_years', 'holds.account_pattern',
            'holds.from_on', 'holds.free_from', 'holds.movements_from', 'holds.movements_until',
            'holds.from_on <= dossiers.as_of_on', 'holds.free_from > dossiers.as_of_on'
        ) }} as fact
    from {{ ref('int_history_holds') }} as holds
    inner join dossiers on dossiers.dossier_key = holds.dossier_key

    union all

    select
        unreadable.dossier_key,
        {{ row_hash(
            'unreadable.file_ref', 'unreadable.line', 'unreadable.journal_code', 'unreadable.entry_number',
            'unreadable.rule', 'unreadable.size_bytes', 'unreadable.entry_on', 'unreadable.lettering_id',
            'unreadable.is_lettering_unknown'
        ) }} as fact
    from {{ ref('int_history_unreadable_lines') }} as unreadable

    union all

    select
        keys.dossier_key,
        {{ row_hash('purged_movements.certificate_id', 'count(*)') }} as fact
    from {{ source('landing', 'purged_movements') }} as purged_movements
    inner join keys
        on keys.client_id = purged_movements.client_id
        and keys.dossier_id = purged_movements.dossier_id
    group by keys.dossier_key, purged_movements.certificate_id
),

combined as (
    select
        facts.dossier_key,
        {{ combined_hash('facts.fact') }} as fingerprint
    from facts
    group by facts.dossier_key
)

select
    dossiers.dossier_key,
    dossiers.suppliers_account,
    dossiers.customers_account,
    dossiers.lines,
    dossiers.revision,
    combined.fingerprint
from dossiers
inner join combined on combined.dossier_key = dossiers.dossier_key

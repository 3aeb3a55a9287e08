-- One row per entry as R14 tells it: dossier, journal, number and date. Of the dossiers judged now, from their lines.
with asked as (
    select * from {{ ref('int_history_fingerprints') }} as fingerprints
    where {{ is_asked('fingerprints.dossier_key') }}
),

asked_lines as (
    select
        movements.*,
        asked.suppliers_account,
        asked.customers_account,
        -- Leading zeros of an account do not count. Looking for one is cheaper than trimming every account.
        case
            when {{ starts_with('movements.account', "'0'") }} then ltrim(movements.account, '0')
            else movements.account
        end as bare_account,
    from {{ ref('stg_history__movements') }} as movements
    inner join asked on asked.dossier_key = movements.dossier_key
),

movements as (
    select
        asked_lines.*,
        case
            when asked_lines.lettering_id is not null then 0
            when {{ starts_with('asked_lines.bare_account', 'asked_lines.suppliers_account') }} then 1
            when {{ starts_with('asked_lines.bare_account', 'asked_lines.customers_account') }} then 1
            else 0
        end as is_open_item,
    from asked_lines
)

-- The digest alone tells an entry; texts among the keys cost less than texts among the sums.
select
    movements.dossier_key,
    movements.entry_id,
    movements.journal_code,
    movements.entry_number,
    cast(count(*) as integer) as lines,
    cast(count(*) - count(movements.validated_on) as integer) as unvalidated_lines,
    cast(count(movements.lettering_id) as integer) as lettered_lines,
    cast(sum(movements.debit) as decimal(18, 2)) as debit,
    cast(sum(movements.credit) as decimal(18, 2)) as credit,
    cast(sum(movements.size_bytes) as bigint) as size_bytes,
    max(movements.is_open_item) = 1 as has_open_item,
    movements.entry_on,
from movements
group by
    movements.dossier_key,
    movements.entry_id,
    movements.journal_code,
    movements.entry_number,
    movements.entry_on

-- One row per entry as R14 tells it: dossier, journal, number and date.
-- It knows no contract and no date asked: only dossiers whose lines changed since are summarised again.
with movements as (
    select * from {{ ref('stg_history__movements') }}
),

{% if is_incremental() %}
    now as (
        select
            movements.dossier_key,
            count(*) as lines,
            max(movements.file_id) as last_file_id,
        from movements
        group by movements.dossier_key
    ),

    known as (
        select
            entries.dossier_key,
            sum(entries.lines) as lines,
            max(entries.last_file_id) as last_file_id,
        from {{ this }} as entries
        group by entries.dossier_key
    ),

    changed as (
        select now.dossier_key
        from now
        left join known on known.dossier_key = now.dossier_key
        where known.dossier_key is null
            or known.lines <> now.lines
            or known.last_file_id <> now.last_file_id
    ),

    touched as (
        select movements.*
        from movements
        inner join changed on changed.dossier_key = movements.dossier_key
    )
{% else %}
    touched as (
        select * from movements
    )
{% endif %}

select
    touched.dossier_key,
    touched.entry_id,
    any_value(touched.journal_code) as journal_code,
    any_value(touched.entry_number) as entry_number,
    cast(count(*) as integer) as lines,
    cast(count(*) - count(touched.validated_on) as integer) as unvalidated_lines,
    cast(count(touched.lettering_id) as integer) as lettered_lines,
    cast(sum(touched.debit) as decimal(18, 2)) as debit,
    cast(sum(touched.credit) as decimal(18, 2)) as credit,
    cast(sum(touched.size_bytes) as bigint) as size_bytes,
    min(touched.entry_on) as entry_on,
    max(touched.file_id) as last_file_id,
from touched
group by touched.dossier_key, touched.entry_id

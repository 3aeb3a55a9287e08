-- One row per entry of which no line could be read.
with lost as (
    select * from {{ ref('int_history_unreadable_lines') }}
    where entry_id is null
)

select
    lost.client_id,
    lost.dossier_id,
    lost.journal_code,
    lost.entry_number,
    {{ text_list('lost.rule') }} as rules,
    cast(count(*) as integer) as lines,
    cast(sum(lost.size_bytes) as bigint) as size_bytes,
    lost.entry_on,
from lost
group by lost.client_id, lost.dossier_id, lost.journal_code, lost.entry_number, lost.entry_on

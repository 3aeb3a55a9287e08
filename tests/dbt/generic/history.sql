{# By dossier, lines, sums and bytes that were read are those that were judged: no line is lost, none is judged twice.
   To be given tables: a run leaves out the views that stand, and with them the tests that read one. #}
{% test judges_every_line(model, movements, unreadable_lines, dossier_keys) %}
with counted as (
    select dossier_key, count(*) as lines, sum(debit) as debit, sum(credit) as credit, sum(size_bytes) as bytes
    from {{ movements }}
    group by dossier_key
),
read as (
    select keys.client_id, keys.dossier_id, counted.lines, counted.debit, counted.credit, counted.bytes
    from counted
    inner join {{ dossier_keys }} as keys on keys.dossier_key = counted.dossier_key
    union all
    select client_id, dossier_id, count(*), 0, 0, sum(size_bytes) from {{ unreadable_lines }} group by client_id, dossier_id
    union all
    select client_id, dossier_id, -sum(lines), -sum(debit), -sum(credit), -sum(bytes) from {{ model }} group by client_id, dossier_id
)
select client_id, dossier_id, sum(lines) as lines, sum(debit) as debit, sum(credit) as credit, sum(bytes) as bytes
from read
group by client_id, dossier_id
having sum(lines) <> 0 or sum(debit) <> 0 or sum(credit) <> 0 or sum(bytes) <> 0
{% endtest %}

{# One way to keep what was computed. Of each subject that keeps rows there are

     int_<subject>_fingerprints   one row per key: its columns, and `fingerprint`, 64 bits of all that the key's rows rest on
     int_<subject>_due            one row per key to compute now: {{ due(...) }}, and what must be computed with it
     models materialized `kept`   their rows bear the key's columns; they compute the due keys and keep the rows of the others
     int_<subject>_record         the last of them: one row per key that was computed, with its fingerprint and
                                  [stands_from, stands_until): the instants asked at which its rows are the same

   A key is due whose fingerprint is another, which came or went, or which stands at another instant than the one asked.
   The record is read as a source (`kept`), since it is the one of the build before. What becomes due is struck from it before
   anything is computed, and written back when all is: after a crash, or a build of a part, it is due again. #}

{# The keys to compute now, and those that went (fingerprint null). #}
{% macro due(fingerprints, record, key) %}
select
    {%- for column in key %}
    coalesce(found.{{ column }}, known.{{ column }}) as {{ column }},
    {%- endfor %}
    found.fingerprint
from {{ ref(fingerprints) }} as found
full join {{ source('kept', record) }} as known
    on {{ same_key('known', 'found', key) }}
cross join {{ source('landing', 'run') }} as run
where found.fingerprint is distinct from known.fingerprint
    or run.as_of < known.stands_from
    or run.as_of >= known.stands_until
{% endmacro %}

{# After a model of due keys was built: they are struck from the record. #}
{% macro strike_from(record, key) %}
    {%- if execute and target.type == 'duckdb' -%}
delete from {{ source('kept', record) }} as known using {{ this }} as due where {{ same_key('due', 'known', key) }}
    {%- endif -%}
{% endmacro %}

{% macro same_key(one, other, key) -%}
{% for column in key %}{{ ' and ' if not loop.first }}{{ one }}.{{ column }} = {{ other }}.{{ column }}{% endfor %}
{%- endmacro %}

{# Before a model of due keys is built: its record is there, and empty where all is to be computed anew. `key`: its columns with
   their types, as text. #}
{% macro open_record(record, key) %}
    {%- if execute and target.type == 'duckdb' -%}
{{ 'create or replace table' if flags.FULL_REFRESH else 'create table if not exists' }} {{ source('kept', record) }} (
    {{ key }}, fingerprint bigint, stands_from timestamptz, stands_until timestamptz
)
    {%- endif -%}
{% endmacro %}

{# A table that keeps rows from run to run. `meta` names `due`, the model of the keys to compute, and `key`, its columns: their
   rows go, and what the model computes comes. `since`, a column of the rows and one of `due`: what lies before is kept, all goes
   where that is null. All in one transaction: a crash leaves the rows as they were. #}
{% materialization kept, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set meta = config.get('meta') -%}
    {%- if existing_relation is not none and (existing_relation.type != 'table' or should_full_refresh()) -%}
        {% do adapter.drop_relation(existing_relation) %}
        {%- set existing_relation = none -%}
    {%- endif -%}
    {%- if existing_relation is none -%}
        {#- A record that a hook of this build has opened is not known yet to dbt. -#}
        {% call statement('main') %}
    drop table if exists {{ target_relation }};
    {{ create_table_as(False, target_relation, compiled_code) }}
        {% endcall %}
        {%- if config.persist_relation_docs() or config.persist_column_docs() %}
            {% call statement('comments') %}{{ comments(target_relation) }}{% endcall %}
        {%- endif %}
    {%- else -%}
        {%- set names = model.columns.values() | map(attribute='name') | join(', ') -%}
        {% call statement('main') %}
    delete from {{ target_relation }} as stored using {{ ref(meta.due) }} as due
    where {{ same_key('due', 'stored', meta.key) }}
        {%- if meta.since %} and coalesce(stored.{{ meta.since[0] }} >= due.{{ meta.since[1] }}, true){% endif %};
    insert into {{ target_relation }} ({{ names }}) select {{ names }} from ({{ compiled_code }});
        {% endcall %}
    {%- endif -%}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

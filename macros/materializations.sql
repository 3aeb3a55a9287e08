{# DuckDB only, and only for speed: the working database has one writer and nobody reads it during a build, so a relation
   is replaced in place. dbt's own way (build aside, rename twice, look for foreign keys and indexes) takes three times as
   long, and there are many small models. Readers open the published file, which is swapped in whole. #}

{% macro replace_in_place(target_relation, create) %}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- if existing_relation is not none and existing_relation.type != target_relation.type -%}
        {% do adapter.drop_relation(existing_relation) %}
    {%- endif -%}
    {% call statement('main') %}drop {{ target_relation.type }} if exists {{ target_relation }}; {{ create }}{% endcall %}
    {%- if config.persist_relation_docs() or config.persist_column_docs() %}
        {% call statement('comments') %}{{ comments(target_relation) }}{% endcall %}
    {%- endif %}
    {{ adapter.commit() }}
{% endmacro %}

{# All descriptions in one statement; a contract is enforced on every relation that has them, so the columns are there. #}
{% macro comments(target_relation) %}
    {%- set kind = target_relation.type -%}
    comment on {{ kind }} {{ target_relation }} is '{{ model.description | replace("'", "''") }}';
    {%- for column in model.columns.values() %}
        {%- set name = adapter.quote(column.name) %}
    comment on column {{ target_relation }}.{{ name }} is '{{ column.description | replace("'", "''") }}';
    {%- endfor %}
{% endmacro %}

{% materialization table, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {% do replace_in_place(target_relation, create_table_as(False, target_relation, compiled_code)) %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {% do replace_in_place(target_relation, create_view_as(target_relation, compiled_code)) %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

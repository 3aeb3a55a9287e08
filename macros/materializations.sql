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
    {{ run_hooks(pre_hooks) }}
    {% do replace_in_place(target_relation, create_table_as(False, target_relation, compiled_code)) %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {% do replace_in_place(target_relation, create_view_as(target_relation, compiled_code)) %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# Rows kept by dossier: those of a dossier stay while its fingerprint (int_history_fingerprints) is the one they bear, and are made
   anew, a portion of dossiers at a time, when it is not. A portion's entries fit into memory whatever the warehouse holds. The model
   reads only dossiers that the session variable `asked_dossiers` names (macro is_asked), gives every dossier at least one row, and
   lets each of them bear `dossier_key` and `fingerprint`. All in one transaction: a crash leaves the rows as they were. #}
{% materialization kept_by_dossier, adapter='duckdb' %}
    {%- set portion_lines = 6000000 -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set fingerprints = api.Relation.create(this.database, this.schema, 'int_history_fingerprints') -%}
    {%- if existing_relation is not none and (existing_relation.type != 'table' or should_full_refresh()) -%}
        {% do adapter.drop_relation(existing_relation) %}
        {%- set existing_relation = none -%}
    {%- endif -%}
    {% call statement('open') %}
        set memory_limit = '{{ env_var('LIVRET_PORTION_MEMORY', '1400MB') }}';
        set variable asked_dossiers = cast([] as integer[]);
        {% if existing_relation is none %}create table {{ target_relation }} as select * from ({{ compiled_code }}) limit 0;{% endif %}
        delete from {{ target_relation }} as kept where not exists (
            select 1 from {{ fingerprints }} as known
            where known.dossier_key = kept.dossier_key and known.fingerprint = kept.fingerprint
        );
        create or replace temp table due_dossiers as
        select dossier_key, cast(sum(lines) over (order by dossier_key) // {{ portion_lines }} as integer) as portion
        from {{ fingerprints }} as known
        where dossier_key not in (select distinct dossier_key from {{ target_relation }});
    {% endcall %}
    {%- for (portion,) in run_query('select distinct portion from due_dossiers order by portion') %}
        {% call statement('portion') %}
            set variable asked_dossiers = (select list(dossier_key) from due_dossiers where portion = {{ portion }});
            insert into {{ target_relation }} by name {{ compiled_code }};
        {% endcall %}
    {%- endfor %}
    {% call statement('main') %}
        reset variable asked_dossiers;
        drop table due_dossiers;
        set memory_limit = '{{ env_var('LIVRET_MEMORY', '4GB') }}';
    {% endcall %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

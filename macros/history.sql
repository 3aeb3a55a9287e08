{# What the history models need and engines spell differently. #}

{# Text with every match of a pattern replaced. #}
{% macro replace_all(text, pattern, by) %}{{ return(adapter.dispatch('replace_all')(text, pattern, by)) }}{% endmacro %}
{% macro duckdb__replace_all(text, pattern, by) %}regexp_replace({{ text }}, '{{ pattern }}', '{{ by }}', 'g'){% endmacro %}
{% macro spark__replace_all(text, pattern, by) %}regexp_replace({{ text }}, '{{ pattern }}', '{{ by }}'){% endmacro %}

{# Whether a pattern occurs in a text. #}
{% macro matches(text, pattern) %}{{ return(adapter.dispatch('matches')(text, pattern)) }}{% endmacro %}
{% macro duckdb__matches(text, pattern) %}regexp_matches({{ text }}, {{ pattern }}){% endmacro %}
{% macro spark__matches(text, pattern) %}({{ text }} rlike {{ pattern }}){% endmacro %}

{# Whether a text begins with another. #}
{% macro starts_with(text, beginning) %}{{ return(adapter.dispatch('starts_with')(text, beginning)) }}{% endmacro %}
{% macro duckdb__starts_with(text, beginning) %}starts_with({{ text }}, {{ beginning }}){% endmacro %}
{% macro spark__starts_with(text, beginning) %}startswith({{ text }}, {{ beginning }}){% endmacro %}

{# The different texts of a group, sorted, as one text; null where there is none. #}
{% macro text_list(text) %}{{ return(adapter.dispatch('text_list')(text)) }}{% endmacro %}
{% macro duckdb__text_list(text) %}string_agg(distinct {{ text }}, '; ' order by {{ text }}){% endmacro %}
{% macro spark__text_list(text) %}nullif(array_join(array_sort(collect_set({{ text }})), '; '), ''){% endmacro %}

{# The different reasons of a group as one text that can be parted again, whatever the reasons say; null where there is none. #}
{% macro reason_list(text) %}{{ return(adapter.dispatch('reason_list')(text)) }}{% endmacro %}
{% macro duckdb__reason_list(text) %}string_agg(distinct {{ text }}, chr(31) order by {{ text }}){% endmacro %}
{% macro spark__reason_list(text) %}nullif(array_join(array_sort(collect_set({{ text }})), chr(31)), ''){% endmacro %}

{# One row per reason of such a list; to be used as one column of a select. #}
{% macro reason_parts(reasons) %}{{ return(adapter.dispatch('reason_parts')(reasons)) }}{% endmacro %}
{% macro duckdb__reason_parts(reasons) %}unnest(string_split({{ reasons }}, chr(31))){% endmacro %}
{% macro spark__reason_parts(reasons) %}explode(split({{ reasons }}, chr(31))){% endmacro %}

{# Such a list as people read it. #}
{% macro reason_text(reasons) %}replace({{ reasons }}, chr(31), '; '){% endmacro %}

{# 64 bits that tell rows apart by these columns, nulls included. Hashed twice: DuckDB's hash of many columns is linear in the last
   one, so that the same change in two rows would cancel out when they are combined. #}
{% macro row_hash() %}{{ return(adapter.dispatch('row_hash')(varargs | join(', '))) }}{% endmacro %}
{% macro duckdb__row_hash(columns) %}hash(hash({{ columns }})){% endmacro %}
{% macro spark__row_hash(columns) %}xxhash64(xxhash64({{ columns }})){% endmacro %}

{# One number for a set of such hashes, whatever their order. #}
{% macro combined_hash(fact) %}{{ return(adapter.dispatch('combined_hash')(fact)) }}{% endmacro %}
{% macro duckdb__combined_hash(fact) %}cast(bit_xor({{ fact }}) >> 1 as bigint){% endmacro %}
{% macro spark__combined_hash(fact) %}bit_xor({{ fact }}){% endmacro %}

{# Whether a dossier is among those judged now: the portion the materialization `kept_by_dossier` names; else all are. #}
{% macro is_asked(dossier_key) %}{{ return(adapter.dispatch('is_asked')(dossier_key)) }}{% endmacro %}
{% macro duckdb__is_asked(dossier_key) -%}
(getvariable('asked_dossiers') is null or {{ dossier_key }} in (select unnest(getvariable('asked_dossiers'))))
{%- endmacro %}
{% macro spark__is_asked(dossier_key) %}true{% endmacro %}

{# Type of the verdict, and of the key, of millions of entries: one byte where the engine can, a third of the time to write them. #}
{% macro verdict_type() %}{{ return(adapter.dispatch('verdict_type')()) }}{% endmacro %}
{% macro duckdb__verdict_type() -%}
enum ('quarantine', 'keep', 'hold', 'hold_tax', 'previously_purged', 'blocked', 'purge')
{%- endmacro %}
{% macro spark__verdict_type() %}string{% endmacro %}

{# A verdict of that type; as a constant of it, so that no text is looked up for each of millions of rows. #}
{% macro verdict(name) %}{{ return(adapter.dispatch('verdict')(name)) }}{% endmacro %}
{% macro duckdb__verdict(name) %}cast('{{ name }}' as {{ verdict_type() }}){% endmacro %}
{% macro spark__verdict(name) %}'{{ name }}'{% endmacro %}

{% macro entry_key_type() %}{{ return(adapter.dispatch('entry_key_type')()) }}{% endmacro %}
{% macro duckdb__entry_key_type() %}enum ('journal_number_date', 'journal_date_piece', 'journal_date', 'journal_number'){% endmacro %}
{% macro spark__entry_key_type() %}string{% endmacro %}

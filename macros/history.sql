{# What the history models need and engines spell differently. #}

{# Text with every match of a pattern replaced. #}
{% macro replace_all(text, pattern, by) %}{{ return(adapter.dispatch('replace_all')(text, pattern, by)) }}{% endmacro %}
{% macro duckdb__replace_all(text, pattern, by) %}regexp_replace({{ text }}, '{{ pattern }}', '{{ by }}', 'g'){% endmacro %}
{% macro spark__replace_all(text, pattern, by) %}regexp_replace({{ text }}, '{{ pattern }}', '{{ by }}'){% endmacro %}

{# Whether a pattern occurs in a text. #}
{% macro matches(text, pattern) %}{{ return(adapter.dispatch('matches')(text, pattern)) }}{% endmacro %}
{% macro duckdb__matches(text, pattern) %}regexp_matches({{ text }}, {{ pattern }}){% endmacro %}
{% macro spark__matches(text, pattern) %}({{ text }} rlike {{ pattern }}){% endmacro %}

{# The different texts of a group, sorted, as one text; null where there is none. #}
{% macro text_list(text) %}{{ return(adapter.dispatch('text_list')(text)) }}{% endmacro %}
{% macro duckdb__text_list(text) %}string_agg(distinct {{ text }}, '; ' order by {{ text }}){% endmacro %}
{% macro spark__text_list(text) %}nullif(array_join(array_sort(collect_set({{ text }})), '; '), ''){% endmacro %}

{# One row per word of a text, words parted by blanks; to be used as one column of a select. #}
{% macro words(text) %}{{ return(adapter.dispatch('words')(text)) }}{% endmacro %}
{% macro duckdb__words(text) %}unnest(string_split({{ text }}, ' ')){% endmacro %}
{% macro spark__words(text) %}explode(split({{ text }}, ' ')){% endmacro %}

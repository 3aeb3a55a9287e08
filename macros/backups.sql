{# One row per word of a text, words parted by blanks; to be used as one column of a select. #}
{% macro words(text) %}{{ return(adapter.dispatch('words')(text)) }}{% endmacro %}
{% macro duckdb__words(text) %}unnest(string_split({{ text }}, ' ')){% endmacro %}
{% macro spark__words(text) %}explode(split({{ text }}, ' ')){% endmacro %}

{# The bit of a day of the month (1 to 31) in a whole number that stands for a month of nights. #}
{% macro bit_of_day(day_number) %}{{ return(adapter.dispatch('bit_of_day')(day_number)) }}{% endmacro %}
{% macro duckdb__bit_of_day(day_number) %}(cast(1 as bigint) << cast({{ day_number }} as bigint)){% endmacro %}
{% macro spark__bit_of_day(day_number) %}shiftleft(cast(1 as bigint), cast({{ day_number }} as int)){% endmacro %}

{# The bit of a night within its month, and those of all nights of its month from it on. #}
{% macro night_bit(night_on) %}{{ bit_of_day('day(' ~ night_on ~ ')') }}{% endmacro %}
{% macro nights_from(night_on) %}(-{{ night_bit(night_on) }}){% endmacro %}

{# What differs between engines, and nothing else: each macro has one form for DuckDB and one for Spark. #}

{# Exact seconds from one instant to another, as decimal(18, 6). #}
{% macro seconds_between(from_at, until_at) %}{{ return(adapter.dispatch('seconds_between')(from_at, until_at)) }}{% endmacro %}
{% macro duckdb__seconds_between(from_at, until_at) -%}
cast(cast(epoch_us({{ until_at }}) - epoch_us({{ from_at }}) as decimal(20, 0)) * 0.000001 as decimal(18, 6))
{%- endmacro %}
{% macro spark__seconds_between(from_at, until_at) -%}
cast(cast(unix_micros({{ until_at }}) - unix_micros({{ from_at }}) as decimal(20, 0)) * 0.000001bd as decimal(18, 6))
{%- endmacro %}

{# The instant so many seconds (up to six decimals) after another. Through double: exact for 285 years, no 128-bit product and
   no time-zone library per row. #}
{% macro add_seconds(at, seconds) %}{{ return(adapter.dispatch('add_seconds')(at, seconds)) }}{% endmacro %}
{% macro duckdb__add_seconds(at, seconds) -%}
make_timestamptz(epoch_us({{ at }}) + cast(round(cast({{ seconds }} as double) * 1000000) as bigint))
{%- endmacro %}
{% macro spark__add_seconds(at, seconds) -%}
timestamp_micros(unix_micros({{ at }}) + cast(round(cast({{ seconds }} as double) * 1000000) as bigint))
{%- endmacro %}

{# Midnight UTC of a date, as an instant. #}
{% macro utc_midnight(day) %}{{ return(adapter.dispatch('utc_midnight')(day)) }}{% endmacro %}
{% macro duckdb__utc_midnight(day) %}cast({{ day }} as timestamptz){% endmacro %}
{% macro spark__utc_midnight(day) %}cast({{ day }} as timestamp){% endmacro %}

{# One row per date from first to last, both included; to be used as one column of a select. #}
{% macro day_series(first_on, last_on) %}{{ return(adapter.dispatch('day_series')(first_on, last_on)) }}{% endmacro %}
{% macro duckdb__day_series(first_on, last_on) -%}
cast(unnest(generate_series(cast({{ first_on }} as timestamp), cast({{ last_on }} as timestamp), interval 1 day)) as date)
{%- endmacro %}
{% macro spark__day_series(first_on, last_on) -%}
explode(sequence({{ first_on }}, {{ last_on }}, interval 1 day))
{%- endmacro %}

{# A date so many days (a whole number) later. #}
{% macro add_days(day, days) %}{{ return(adapter.dispatch('add_days')(day, days)) }}{% endmacro %}
{% macro duckdb__add_days(day, days) %}cast({{ day }} + cast({{ days }} as integer) as date){% endmacro %}
{% macro spark__add_days(day, days) %}date_add({{ day }}, cast({{ days }} as int)){% endmacro %}

{# A date so many months (a whole number) later; the last day of the month where it would overflow. #}
{% macro add_months(day, months) %}{{ return(adapter.dispatch('add_months')(day, months)) }}{% endmacro %}
{% macro duckdb__add_months(day, months) %}cast({{ day }} + to_months(cast({{ months }} as integer)) as date){% endmacro %}
{% macro spark__add_months(day, months) %}add_months({{ day }}, cast({{ months }} as int)){% endmacro %}

{# Days from one date to another. #}
{% macro days_between(from_on, until_on) %}{{ return(adapter.dispatch('days_between')(from_on, until_on)) }}{% endmacro %}
{% macro duckdb__days_between(from_on, until_on) %}date_diff('day', {{ from_on }}, {{ until_on }}){% endmacro %}
{% macro spark__days_between(from_on, until_on) %}datediff({{ until_on }}, {{ from_on }}){% endmacro %}

{# ISO weekday: 1 Monday to 7 Sunday. #}
{% macro iso_weekday(day) %}{{ return(adapter.dispatch('iso_weekday')(day)) }}{% endmacro %}
{% macro duckdb__iso_weekday(day) %}cast(isodow({{ day }}) as integer){% endmacro %}
{% macro spark__iso_weekday(day) %}(weekday({{ day }}) + 1){% endmacro %}

{# One row per whole number from first to last, both included; to be used as one column of a select. #}
{% macro number_series(first, last) %}{{ return(adapter.dispatch('number_series')(first, last)) }}{% endmacro %}
{% macro duckdb__number_series(first, last) %}unnest(generate_series({{ first }}, {{ last }})){% endmacro %}
{% macro spark__number_series(first, last) %}explode(sequence({{ first }}, {{ last }})){% endmacro %}

{# UTC day of an instant. DuckDB's own cast asks its time-zone library for every row: ten times dearer. #}
{% macro utc_day(at) %}{{ return(adapter.dispatch('utc_day')(at)) }}{% endmacro %}
{% macro duckdb__utc_day(at) %}cast(make_timestamp(epoch_us({{ at }})) as date){% endmacro %}
{% macro spark__utc_day(at) %}cast({{ at }} as date){% endmacro %}

{# Percentiles of the values of a group, interpolated between neighbours, all from one ordering of them; nulls are left out. To be
   read by `percentile_at`, from 1. #}
{% macro percentiles(value, shares) %}{{ return(adapter.dispatch('percentiles')(value, shares)) }}{% endmacro %}
{% macro duckdb__percentiles(value, shares) %}quantile_cont(cast({{ value }} as double), [{{ shares | join(', ') }}]){% endmacro %}
{% macro spark__percentiles(value, shares) %}percentile(cast({{ value }} as double), array({{ shares | join(', ') }})){% endmacro %}

{# One of them, as seconds. #}
{% macro percentile_at(found, place) %}{{ return(adapter.dispatch('percentile_at')(found, place)) }}{% endmacro %}
{% macro duckdb__percentile_at(found, place) %}cast({{ found }}[{{ place }}] as decimal(18, 6)){% endmacro %}
{% macro spark__percentile_at(found, place) %}cast({{ found }}[{{ place - 1 }}] as decimal(18, 6)){% endmacro %}

{# A text as it is compared where it may have been written anyhow: no blanks, no invisible characters, small letters. #}
{% macro alike(text) %}{{ return(adapter.dispatch('alike')(text)) }}{% endmacro %}
{% macro duckdb__alike(text) %}lower(regexp_replace(nfc_normalize({{ text }}), '[\s\pZ\pC]+', '', 'g')){% endmacro %}
{% macro spark__alike(text) %}lower(regexp_replace({{ text }}, '[\\s\\p{Z}\\p{C}]+', '')){% endmacro %}

{# A text out of a JSON object; null where it has none. #}
{% macro json_text(object, name) %}{{ return(adapter.dispatch('json_text')(object, name)) }}{% endmacro %}
{% macro duckdb__json_text(object, name) %}json_extract_string({{ object }}, '$.{{ name }}'){% endmacro %}
{% macro spark__json_text(object, name) %}get_json_object({{ object }}, '$.{{ name }}'){% endmacro %}

{# Whether two rows are the same in these columns, nulls included. #}
{% macro null_safe(one, other, columns) -%}
{% for column in columns %}{{ ' and ' if not loop.first }}{{ one }}.{{ column }} is not distinct from {{ other }}.{{ column }}{% endfor %}
{%- endmacro %}

{# The type of an instant. #}
{% macro instant_type() %}{{ return(adapter.dispatch('instant_type')()) }}{% endmacro %}
{% macro duckdb__instant_type() %}timestamptz{% endmacro %}
{% macro spark__instant_type() %}timestamp{% endmacro %}

{# A name that is a word of SQL, as the engine quotes it. #}
{% macro quoted(name) %}{{ adapter.quote(name) }}{% endmacro %}

{# What the availability models share: whole microseconds, and the raw checks of a few probe days. #}

{# Whole microseconds from one instant to another, as bigint. #}
{% macro microseconds_between(from_at, until_at) -%}
{{ return(adapter.dispatch('microseconds_between')(from_at, until_at)) }}
{%- endmacro %}
{% macro duckdb__microseconds_between(from_at, until_at) -%}
(epoch_us({{ until_at }}) - epoch_us({{ from_at }}))
{%- endmacro %}
{% macro spark__microseconds_between(from_at, until_at) -%}
(unix_micros({{ until_at }}) - unix_micros({{ from_at }}))
{%- endmacro %}

{# The instant so many whole microseconds after another. #}
{% macro add_microseconds(at, microseconds) -%}
{{ return(adapter.dispatch('add_microseconds')(at, microseconds)) }}
{%- endmacro %}
{% macro duckdb__add_microseconds(at, microseconds) -%}
({{ at }} + to_microseconds({{ microseconds }}))
{%- endmacro %}
{% macro spark__add_microseconds(at, microseconds) -%}
timestamp_micros(unix_micros({{ at }}) + {{ microseconds }})
{%- endmacro %}

{# Values as one text that tells them apart, whatever they hold. #}
{% macro text_of_all(values) %}{{ return(adapter.dispatch('text_of_all')(values)) }}{% endmacro %}
{% macro duckdb__text_of_all(values) -%}
cast(to_json([{% for value in values %}cast({{ value }} as varchar){{ ", " if not loop.last }}{% endfor %}]) as varchar)
{%- endmacro %}
{% macro spark__text_of_all(values) -%}
to_json(array({% for value in values %}coalesce(to_json(array(cast({{ value }} as string))), ''){{ ", " if not loop.last }}{% endfor %}))
{%- endmacro %}

{# Texts of a group joined by a comma, each once, in their order. #}
{% macro distinct_texts(text) %}{{ return(adapter.dispatch('distinct_texts')(text)) }}{% endmacro %}
{% macro duckdb__distinct_texts(text) -%}
string_agg(distinct {{ text }}, ', ' order by {{ text }})
{%- endmacro %}
{% macro spark__distinct_texts(text) -%}
array_join(array_sort(collect_set({{ text }})), ', ')
{%- endmacro %}

{# Each check of the probe days of a relation (probe_key, utc_day) as a run of its own, as far as as_of sees; of
   several rows of one instant the last one counts. #}
{% macro checks_as_runs(probe_days) -%}
select
    ordered.probe_key,
    ordered.utc_day,
    ordered.state,
    cast(1 as bigint) as checks,
    cast(round(ordered.period_s * 1000000) as bigint) as period_us,
    cast(0 as bigint) as gap_limit_us,
    ordered.checked_at as first_at,
    ordered.checked_at as last_at,
    ordered.file_id as first_file_id,
    ordered.line as first_line,
    ordered.file_id as last_file_id,
    ordered.line as last_line,
    cast(null as bigint) as revision
from (
    select
        checks.*,
        {{ probe_days }}.utc_day,
        row_number() over (
            partition by checks.probe_key, checks.checked_at order by checks.sequence desc
        ) as place_from_end
    from {{ ref('stg_monitoring__checks') }} as checks
    inner join {{ probe_days }}
        on {{ probe_days }}.probe_key = checks.probe_key
        and {{ probe_days }}.utc_day = {{ utc_day('checks.checked_at') }}
    inner join {{ source('landing', 'run') }} as asked on asked.as_of > checks.checked_at
) as ordered
where ordered.place_from_end = 1
{%- endmacro %}

{# Exact seconds as whole microseconds, wide enough to be multiplied. #}
{% macro whole_microseconds(seconds) -%}
cast(cast({{ seconds }} as decimal(38, 6)) * 1000000 as decimal(38, 0))
{%- endmacro %}

{# Whether so many seconds of downtime keep the target of a row of int_availability_months. Whole numbers on both
   sides: never a rounded rate. #}
{% macro reaches_target(downtime_s, months) -%}
{{ whole_microseconds(downtime_s) }} * cast(100000000 as decimal(38, 0))
* {{ whole_microseconds(months ~ '.promised_s') }} <= {{ months }}.allowance
{%- endmacro %}

{# (reference - downtime) / reference in per cent, as a double; null for an empty reference. #}
{% macro rate_pct(downtime_s, reference_s) -%}
case
    when {{ reference_s }} > 0
        then cast(({{ reference_s }} - {{ downtime_s }}) * 100 as double) / cast({{ reference_s }} as double)
end
{%- endmacro %}

{# The same cut, not rounded, to two decimals, as it may be printed: 99.496 gives 99.49. #}
{% macro rate_pct_cut(downtime_s, reference_s) -%}
{{ return(adapter.dispatch('rate_pct_cut')(downtime_s, reference_s)) }}
{%- endmacro %}
{% macro duckdb__rate_pct_cut(downtime_s, reference_s) -%}
case
    when {{ reference_s }} > 0
        then cast(cast(
            cast({{ whole_microseconds('(' ~ reference_s ~ ' - ' ~ downtime_s ~ ')') }} as hugeint) * 10000
            // cast({{ whole_microseconds(reference_s) }} as hugeint) as decimal(18, 0)
        ) * cast(0.01 as decimal(3, 2)) as decimal(5, 2))
end
{%- endmacro %}
{% macro spark__rate_pct_cut(downtime_s, reference_s) -%}
case
    when {{ reference_s }} > 0
        then cast(cast(
            {{ whole_microseconds('(' ~ reference_s ~ ' - ' ~ downtime_s ~ ')') }} * 10000
            div {{ whole_microseconds(reference_s) }} as decimal(18, 0)
        ) * cast(0.01 as decimal(3, 2)) as decimal(5, 2))
end
{%- endmacro %}

{# An instant as text, to the microsecond. #}
{% macro instant_text(at) %}{{ return(adapter.dispatch('instant_text')(at)) }}{% endmacro %}
{% macro duckdb__instant_text(at) %}strftime({{ at }}, '%Y-%m-%dT%H:%M:%S.%fZ'){% endmacro %}
{% macro spark__instant_text(at) %}date_format({{ at }}, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'"){% endmacro %}

{# Seconds since midnight of a text HH:MM:SS. #}
{% macro seconds_of_time(text) -%}
(
    cast(substring({{ text }}, 1, 2) as integer) * 3600
    + cast(substring({{ text }}, 4, 2) as integer) * 60
    + cast(substring({{ text }}, 7, 2) as integer)
)
{%- endmacro %}

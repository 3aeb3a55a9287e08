{# For the SQL linter only, which cannot dispatch between adapters: each macro as a function call of its own name. #}
{% macro microseconds_between(from_at, until_at) %}microseconds_between({{ from_at }}, {{ until_at }}){% endmacro %}
{% macro add_microseconds(at, microseconds) %}add_microseconds({{ at }}, {{ microseconds }}){% endmacro %}
{% macro text_of_all(values) %}text_of_all({{ values | join(', ') }}){% endmacro %}
{% macro distinct_texts(text) %}distinct_texts({{ text }}){% endmacro %}
{% macro checks_as_runs(probe_days) %}select * from {{ probe_days }}{% endmacro %}
{% macro whole_microseconds(seconds) %}whole_microseconds({{ seconds }}){% endmacro %}
{% macro reaches_target(downtime_s, months) %}reaches_target({{ downtime_s }}, {{ months }}){% endmacro %}
{% macro rate_pct(downtime_s, reference_s) %}rate_pct({{ downtime_s }}, {{ reference_s }}){% endmacro %}
{% macro rate_pct_cut(downtime_s, reference_s) %}rate_pct_cut({{ downtime_s }}, {{ reference_s }}){% endmacro %}
{% macro instant_text(at) %}instant_text({{ at }}){% endmacro %}
{% macro seconds_of_time(text) %}seconds_of_time({{ text }}){% endmacro %}
{% macro words(text) %}words({{ text }}){% endmacro %}
{% macro replace_all(text, pattern, by) %}replace_all({{ text }}, 'pattern', 'by'){% endmacro %}
{% macro matches(text, pattern) %}matches({{ text }}, 'pattern'){% endmacro %}
{% macro text_list(text) %}text_list({{ text }}){% endmacro %}
{% macro seconds_between(from_at, until_at) %}seconds_between({{ from_at }}, {{ until_at }}){% endmacro %}
{% macro add_seconds(at, seconds) %}add_seconds({{ at }}, {{ seconds }}){% endmacro %}
{% macro utc_midnight(day) %}utc_midnight({{ day }}){% endmacro %}
{% macro day_series(first_on, last_on) %}day_series({{ first_on }}, {{ last_on }}){% endmacro %}
{% macro add_days(day, days) %}add_days({{ day }}, {{ days }}){% endmacro %}
{% macro add_months(day, months) %}add_months({{ day }}, {{ months }}){% endmacro %}
{% macro days_between(from_on, until_on) %}days_between({{ from_on }}, {{ until_on }}){% endmacro %}
{% macro iso_weekday(day) %}iso_weekday({{ day }}){% endmacro %}
{% macro number_series(first, last) %}number_series({{ first }}, {{ last }}){% endmacro %}
{% macro utc_day(at) %}utc_day({{ at }}){% endmacro %}
{% macro reason_list(text) %}reason_list({{ text }}){% endmacro %}
{% macro reason_parts(reasons) %}reason_parts({{ reasons }}){% endmacro %}
{% macro reason_text(reasons) %}reason_text({{ reasons }}){% endmacro %}
{% macro due(fingerprints, record, key) %}select 1 as one{% endmacro %}
{% macro strike_from(record, key) %}{% endmacro %}
{% macro same_key(one, other, key) %}{{ one }} = {{ other }}{% endmacro %}
{% macro open_record(record, key) %}{% endmacro %}
{% macro row_hash() %}row_hash({{ varargs | join(', ') }}){% endmacro %}
{% macro combined_hash(fact) %}combined_hash({{ fact }}){% endmacro %}
{% macro is_asked(dossier_key) %}is_asked({{ dossier_key }}){% endmacro %}
{% macro starts_with(text, beginning) %}starts_with({{ text }}, {{ beginning }}){% endmacro %}
{% macro verdict_type() %}string{% endmacro %}
{% macro verdict(name) %}'{{ name }}'{% endmacro %}
{% macro entry_key_type() %}string{% endmacro %}
{% macro bit_of_day(day_number) %}bit_of_day({{ day_number }}){% endmacro %}
{% macro night_bit(night_on) %}night_bit({{ night_on }}){% endmacro %}
{% macro nights_from(night_on) %}nights_from({{ night_on }}){% endmacro %}
{% macro percentiles(value, shares) %}percentiles({{ value }}, {{ shares | join(', ') }}){% endmacro %}
{% macro percentile_at(found, place) %}percentile_at({{ found }}, {{ place }}){% endmacro %}
{% macro alike(text) %}alike({{ text }}){% endmacro %}
{% macro json_text(object, name) %}json_text({{ object }}, 'name'){% endmacro %}
{% macro due(fingerprints, record, key) %}select * from {{ fingerprints }}{% endmacro %}
{% macro same_key(one, other, key) %}{{ one }}.key = {{ other }}.key{% endmacro %}
{% macro strike_from(record, key) %}select 1{% endmacro %}
{% macro open_record(record, key) %}select 1{% endmacro %}
{% macro null_safe(one, other, columns) %}{{ one }}.key = {{ other }}.key{% endmacro %}
{% macro instant_type() %}timestamptz{% endmacro %}
{% macro quoted(name) %}"{{ name }}"{% endmacro %}

{# The invariants of a mart, all in one test: each failing row is a row of the mart, with the rule it breaks in `broken_rule`. A rule is one of
     {unique: [columns]}                                     no two rows share them, nulls included
     {present: [columns]}                                    none of them is null
     {not_negative: [columns]}                               none of them is below zero
     {name: ..., holds: expression}                          never false; where it is null nothing is said
     {no_overlap: {of: [columns], from: column, until: column}}   of one key, one ends before the next begins #}
{% test invariants(model, rules) %}
{%- for rule in rules %}
{{ 'union all' if not loop.first }}
{%- if rule.unique %}
select 'unique_{{ rule.unique | join('__') }}' as broken_rule, stored.*
from {{ model }} as stored
inner join (
    select {{ rule.unique | join(', ') }} from {{ model }} group by {{ rule.unique | join(', ') }} having count(*) > 1
) as twice on {{ null_safe('twice', 'stored', rule.unique) }}
{%- elif rule.present %}
select 'present_{{ rule.present | join('__') }}' as broken_rule, stored.*
from {{ model }} as stored where {% for column in rule.present %}{{ ' or ' if not loop.first }}stored.{{ column }} is null{% endfor %}
{%- elif rule.not_negative %}
select 'not_negative_{{ rule.not_negative | join('__') }}' as broken_rule, stored.*
from {{ model }} as stored where {% for column in rule.not_negative %}{{ ' or ' if not loop.first }}stored.{{ column }} < 0{% endfor %}
{%- elif rule.no_overlap %}
{%- set key = rule.no_overlap.of + [rule.no_overlap.from, rule.no_overlap.until] %}
select 'no_overlap_{{ rule.no_overlap.from }}__{{ rule.no_overlap.until }}' as broken_rule, stored.*
from {{ model }} as stored
inner join (
    select
        {{ key | join(', ') }},
        lead({{ rule.no_overlap.from }}) over (
            partition by {{ rule.no_overlap.of | join(', ') }} order by {{ rule.no_overlap.from }}
        ) as next_from
    from {{ model }}
) as following on {{ null_safe('following', 'stored', key) }}
where following.next_from < stored.{{ rule.no_overlap.until }}
{%- elif rule.holds %}
select '{{ rule.name }}' as broken_rule, stored.* from {{ model }} as stored where not ({{ rule.holds }})
{%- else %}{{ exceptions.raise_compiler_error('no such rule: ' ~ rule) }}
{%- endif %}
{%- endfor %}
{% endtest %}

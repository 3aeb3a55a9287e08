{# Own generic tests: the few that packages would otherwise give. #}

{% test unique_combination(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}

{% test not_negative(model, column_name) %}
select {{ column_name }} from {{ model }} where {{ column_name }} < 0
{% endtest %}

{% test no_overlap(model, partition_by, from_column, until_column) %}
with following as (
    select
        {{ until_column }} as until_value,
        lead({{ from_column }}) over (
            partition by {{ partition_by | join(', ') }} order by {{ from_column }}
        ) as next_from
    from {{ model }}
)
select * from following where until_value > next_from
{% endtest %}

{% test holds(model, expression) %}
select * from {{ model }} where not ({{ expression }})
{% endtest %}

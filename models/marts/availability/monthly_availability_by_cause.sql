-- One row per environment, month and cause that its contract leaves out of the rate.
-- depends_on: {{ ref('int_availability_due') }}
with months as (
    select * from {{ ref('int_availability_months') }}
),

causes as (
    select distinct
        exclusions.contract_id,
        exclusions.cause
    from {{ source('contract', 'exclusions') }} as exclusions
),

excluded as (
    select
        pieces.environment_id,
        pieces.month,
        pieces.cause,
        sum(case when pieces.state = 'down' then pieces.reference_s else 0 end) as excluded_s,
        sum(pieces.reference_s) as covered_s
    from {{ ref('int_availability_pieces') }} as pieces
    where pieces.cause is not null
    group by pieces.environment_id, pieces.month, pieces.cause
)

select
    months.contract_id,
    months.environment_id,
    months.month,
    causes.cause,
    cast(coalesce(excluded.excluded_s, 0) as decimal(18, 6)) as excluded_s,
    cast(coalesce(excluded.covered_s, 0) as decimal(18, 6)) as covered_s
from months
inner join causes on causes.contract_id = months.contract_id
left join excluded
    on excluded.environment_id = months.environment_id
    and excluded.month = months.month
    and excluded.cause = causes.cause

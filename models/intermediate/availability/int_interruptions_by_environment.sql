-- One row per registered interruption and environment it concerns, within the time its availability is measured over.
with interruptions as (
    select * from {{ ref('stg_interruptions__interruptions') }}
),

spans as (
    select * from {{ ref('int_environment_spans') }}
),

concerned as (
    select
        spans.*,
        interruptions.interruption_id,
        interruptions.cause,
        interruptions.starts_at,
        interruptions.ends_at,
    from interruptions
    inner join spans on spans.environment_id = interruptions.environment_id

    union all

    select
        spans.*,
        interruptions.interruption_id,
        interruptions.cause,
        interruptions.starts_at,
        interruptions.ends_at,
    from interruptions
    inner join spans on spans.contract_id = interruptions.contract_id
    where interruptions.environment_id is null
)

select
    concerned.interruption_id,
    concerned.environment_id,
    concerned.contract_id,
    concerned.cause,
    greatest(concerned.starts_at, concerned.span_from) as interrupted_from,
    least(coalesce(concerned.ends_at, concerned.span_until), concerned.span_until)
        as interrupted_until,
from concerned
where greatest(concerned.starts_at, concerned.span_from)
    < least(coalesce(concerned.ends_at, concerned.span_until), concerned.span_until)

-- One row per registered interruption and environment it concerns, within the time its availability is measured over.
with interruptions as (
    select * from {{ source('landing', 'interruptions') }}
),

windows as (
    select * from {{ ref('int_availability_windows') }}
),

concerned as (
    select
        windows.*,
        interruptions.interruption_id,
        interruptions.cause,
        interruptions.starts_at,
        interruptions.ends_at
    from interruptions
    inner join windows on windows.environment_id = interruptions.environment_id

    union all

    select
        windows.*,
        interruptions.interruption_id,
        interruptions.cause,
        interruptions.starts_at,
        interruptions.ends_at
    from interruptions
    inner join windows on windows.contract_id = interruptions.contract_id
    where interruptions.environment_id is null
)

select
    concerned.interruption_id,
    concerned.environment_id,
    concerned.contract_id,
    concerned.cause,
    greatest(concerned.starts_at, concerned.window_from) as interrupted_from,
    least(coalesce(concerned.ends_at, concerned.window_until), concerned.window_until)
        as interrupted_until
from concerned
where greatest(concerned.starts_at, concerned.window_from)
    < least(coalesce(concerned.ends_at, concerned.window_until), concerned.window_until)

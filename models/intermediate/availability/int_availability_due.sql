-- One row per environment and month to compute now, or that went: from the last month on that began while nothing was
-- failing, no later than the first one that changed. What lies before it stands, and cannot reach into what is computed.
with changed as (
    {{ due('int_availability_fingerprints', 'int_availability_record', ['environment_id', 'month']) }}
),

record as (
    select * from {{ source('kept', 'int_availability_record') }}
),

fingerprints as (
    select * from {{ ref('int_availability_fingerprints') }}
),

earliest as (
    select
        changed.environment_id,
        min(changed.month) as month
    from changed
    group by changed.environment_id
),

starts as (
    select
        earliest.environment_id,
        max(record.month) as kept_month
    from earliest
    left join record
        on record.environment_id = earliest.environment_id
        and record.month <= earliest.month
        and record.begins_quiet
    group by earliest.environment_id
),

months as (
    select
        coalesce(fingerprints.environment_id, record.environment_id) as environment_id,
        coalesce(fingerprints.month, record.month) as month,
        fingerprints.fingerprint
    from fingerprints
    full join record
        on record.environment_id = fingerprints.environment_id
        and record.month = fingerprints.month
)

select
    months.environment_id,
    months.month,
    months.fingerprint,
    kept.month as kept_month,
    kept.month_from as kept_until
from months
inner join starts
    on starts.environment_id = months.environment_id
    and coalesce(starts.kept_month, months.month) <= months.month
left join fingerprints as kept
    on kept.environment_id = starts.environment_id
    and kept.month = starts.kept_month

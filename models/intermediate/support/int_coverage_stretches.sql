-- One row per contract, channel, kind, status of the user or reason out of scope, and disjoint stretch of validity: the later row ends the earlier.
{{ config(materialized='table') }}
with coverage as (
    select
        coverage.*,
        case
            when coverage.channel is null
                and coverage.kind is null
                and coverage.user_status is null
                then coverage.reason
        end as reason_given
    from {{ source('contract', 'coverage') }} as coverage
),

following as (
    select
        coverage.*,
        lead(coverage.valid_from) over (
            partition by
                coverage.contract_id,
                coverage.channel,
                coverage.kind,
                coverage.user_status,
                coverage.reason_given
            order by coverage.valid_from, coverage.reason, coverage.clause
        ) as next_valid_from
    from coverage
)

select
    following.contract_id,
    following.channel,
    following.kind,
    following.user_status,
    following.reason_given,
    following.reason,
    following.clause,
    following.valid_from,
    least(following.valid_until, following.next_valid_from) as valid_until
from following
where following.next_valid_from is null or following.next_valid_from > following.valid_from

-- One row per environment and month: seconds of the reference by what they were, and what the target allows.
with pieces as (
    select * from {{ ref('int_availability_pieces') }}
),

summed as (
    select
        pieces.environment_id,
        pieces.contract_id,
        pieces.month,
        sum(pieces.reference_s) as reference_s,
        sum(case when pieces.state = 'unobserved' then pieces.reference_s else 0 end)
            as unobserved_s,
        sum(case
            when pieces.state = 'unobserved' and pieces.cause is null then pieces.reference_s
            else 0
        end) as undecided_s,
        sum(case when pieces.state = 'down' then pieces.reference_s else 0 end) as unavailable_s,
        sum(case
            when pieces.state = 'down' and pieces.cause is not null then pieces.reference_s
            else 0
        end) as excluded_s,
        sum(case when pieces.target_pct is not null then pieces.reference_s else 0 end)
            as promised_s,
        -- Millionths of a per cent times microseconds: whole numbers, so that the verdict is exact.
        sum(
            {{ whole_microseconds('pieces.reference_s') }}
            * {{ whole_microseconds('(100 - pieces.target_pct)') }}
        ) as allowance,
        min(pieces.target_pct) as lowest_target_pct,
        max(pieces.target_pct) as highest_target_pct
    from pieces
    group by pieces.environment_id, pieces.contract_id, pieces.month
)

select
    summed.environment_id,
    summed.contract_id,
    summed.month,
    cast(summed.reference_s as decimal(18, 6)) as reference_s,
    cast(summed.unobserved_s as decimal(18, 6)) as unobserved_s,
    cast(summed.undecided_s as decimal(18, 6)) as undecided_s,
    cast(summed.unavailable_s as decimal(18, 6)) as unavailable_s,
    cast(summed.excluded_s as decimal(18, 6)) as excluded_s,
    cast(summed.unavailable_s - summed.excluded_s as decimal(18, 6)) as counted_s,
    cast(summed.promised_s as decimal(18, 6)) as promised_s,
    -- Allowed seconds x promised seconds x 10^14, all of them whole: what the verdict is compared with.
    {{ whole_microseconds('summed.reference_s') }} * cast(summed.allowance as decimal(38, 0))
        as allowance,
    -- A target that changes within the month counts by the reference time it was in force.
    case
        when summed.lowest_target_pct = summed.highest_target_pct
            then cast(summed.lowest_target_pct as double)
        when summed.promised_s > 0
            then 100 - cast(summed.allowance as double)
                / (cast(summed.promised_s as double) * 1000000000000)
        else cast(summed.highest_target_pct as double)
    end as target_pct
from summed

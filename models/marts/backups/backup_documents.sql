-- One row per environment and place of its documents space: the last state saved there and its age
-- (art. 9).
with copies as (
    select * from {{ ref('int_backup_copies') }}
),

nights as (
    select * from {{ ref('int_backup_nights') }}
),

holdings as (
    select * from {{ ref('int_backup_holdings') }}
),

place_months as (
    select * from {{ ref('int_backup_place_months') }}
),

run as (
    select * from {{ source('landing', 'run') }}
),

states as (
    select
        holdings.contract_id,
        holdings.environment_id,
        holdings.place,
        max(case when copies.is_restorable then copies.started_at end) as last_saved_at,
        count(case when copies.is_restorable then 1 end) as points,
        max(holdings.latest_listed_at) as latest_listed_at,
        min(holdings.first_night_on) as first_night_on
    from copies
    inner join holdings on holdings.holding_key = copies.holding_key
    where holdings.content = 'documents'
    group by holdings.contract_id, holdings.environment_id, holdings.place
),

expected as (
    select
        states.environment_id,
        states.place,
        nights.night_on,
        coalesce(place_months.covered_nights & {{ night_bit('nights.night_on') }}, 0) <> 0
            as is_covered
    from states
    inner join nights
        on nights.environment_id = states.environment_id
        and nights.content = 'documents'
        and nights.night_on >= states.first_night_on
    left join place_months
        on place_months.environment_id = nights.environment_id
        and place_months.content = nights.content
        and place_months.month = nights.month
        and place_months.place = states.place
),

missed as (
    select
        expected.environment_id,
        expected.place,
        count(*) as cycles,
        sum(case when expected.is_covered then 0 else 1 end) as missed_cycles,
        max(case when not expected.is_covered then expected.night_on end) as last_missed_on
    from expected
    group by expected.environment_id, expected.place
)

select
    states.contract_id,
    states.environment_id,
    states.place,
    states.points,
    states.last_saved_at,
    cast({{ seconds_between('states.last_saved_at', 'run.as_of') }} as double) / 3600 as age_h,
    coalesce(missed.cycles, 0) as cycles,
    cast(coalesce(missed.missed_cycles, 0) as bigint) as missed_cycles,
    missed.last_missed_on,
    states.last_saved_at is not null as is_restorable,
    states.latest_listed_at
from states
cross join run
left join missed
    on missed.environment_id = states.environment_id
    and missed.place = states.place

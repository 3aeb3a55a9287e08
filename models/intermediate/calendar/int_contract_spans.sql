-- One row per contract: the civil days its calendar must tell about.
-- They reach back to the first thing that happened under the contract and forward to the end of the known holidays,
-- so that deadlines can be looked up; a day outside the known holidays is refused before the models run.
with contracts as (
    select * from {{ ref('int_contracts') }}
),

events as (
    select * from {{ ref('int_contract_first_events') }}
),

run as (
    select * from {{ source('landing', 'run') }}
)

select
    contracts.contract_id,
    contracts.time_zone,
    contracts.holiday_calendar,
    greatest(
        contracts.covers_from,
        {{ add_days(
            "least(coalesce(cast(min(events.first_at) as date), date '9999-12-31'), cast(min(run.as_of) as date))",
            -100
        ) }}
    ) as first_on,
    {{ add_days('contracts.covers_until', -1) }} as last_on
from contracts
cross join run
left join events on events.contract_id = contracts.contract_id
group by
    contracts.contract_id,
    contracts.time_zone,
    contracts.holiday_calendar,
    contracts.covers_from,
    contracts.covers_until

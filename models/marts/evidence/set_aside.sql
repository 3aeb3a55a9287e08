-- One row per contract, client and finding that puts their figures aside; without either: a file that no figure uses.
-- A view: what the tests of a build find is written down after it, and read where it is published.
{{ config(materialized='view') }}
select
    failed_tests.contract_id,
    failed_tests.client_id,
    failed_tests.test as finding,
    concat('an invariant of ', failed_tests.mart, ' does not hold') as reason,
    failed_tests.rows
from {{ source('landing', 'failed_tests') }} as failed_tests

union all

select
    cast(null as string) as contract_id,
    cast(null as string) as client_id,
    rejects.rule as finding,
    concat(rejects.file, ': ', rejects.value) as reason,
    cast(null as bigint) as rows
from {{ ref('stg_run__rejects') }} as rejects
where rejects.rule = 'unusable_settings'

union all

-- Nothing can be judged where the holidays of the day asked are not known; a day of margin, since zones differ.
select
    contracts.contract_id,
    cast(null as string) as client_id,
    'as_of_outside_calendar' as finding,
    concat(
        'holiday_calendars.csv: calendar ', contracts.holiday_calendar, ' covers ',
        cast(contracts.covers_from as string), ' to ', cast(contracts.covers_until as string),
        ', but as_of is ', {{ instant_text('run.as_of') }},
        '; add the holidays of those years and widen it, or ask another instant'
    ) as reason,
    cast(null as bigint) as rows
from {{ ref('int_contracts') }} as contracts
inner join (
    select distinct environments.contract_id
    from {{ ref('stg_registry__environments') }} as environments
) as used on used.contract_id = contracts.contract_id
cross join {{ source('landing', 'run') }} as run
where run.as_of < {{ utc_midnight(add_days('contracts.covers_from', 1)) }}
    or run.as_of >= {{ utc_midnight(add_days('contracts.covers_until', -1)) }}

union all

-- Nights that are due and lie before the calendar would not be required of anybody.
select
    contracts.contract_id,
    cast(null as string) as client_id,
    'nights_before_calendar' as finding,
    concat(
        'holiday_calendars.csv: calendar ', contracts.holiday_calendar, ' covers from ',
        cast(contracts.covers_from as string), ', after the first night that is due; widen it'
    ) as reason,
    cast(null as bigint) as rows
from {{ ref('int_contracts') }} as contracts
inner join (
    select
        promises.contract_id,
        max(promises.kept_days) as kept_days
    from {{ ref('int_backup_promises') }} as promises
    where promises.content = 'data'
    group by promises.contract_id
) as promised on promised.contract_id = contracts.contract_id
inner join (
    select
        environments.contract_id,
        min(environments.opened_on) as opened_on
    from {{ ref('stg_registry__environments') }} as environments
    group by environments.contract_id
) as used on used.contract_id = contracts.contract_id and used.opened_on < contracts.covers_from
cross join {{ source('landing', 'run') }} as run
where contracts.covers_from > {{ add_days(utc_day('run.as_of'), '-promised.kept_days') }}
    and run.as_of >= {{ utc_midnight(add_days('contracts.covers_from', 1)) }}

-- One row per contract, client and finding that puts their figures aside; without either: a file that no figure uses.
-- A view: what the tests of a build find is written down after it, and read where it is published.
{{ config(materialized='view') }}
select
    failed_tests.contract_id,
    failed_tests.client_id,
    failed_tests.test as finding,
    concat('an invariant of ', failed_tests.mart, ' does not hold') as reason,
    failed_tests.rows,
from {{ ref('stg_run__failed_tests') }} as failed_tests

union all

select
    cast(null as varchar) as contract_id,
    cast(null as varchar) as client_id,
    rejects.rule as finding,
    concat(rejects.file, ': ', rejects.value) as reason,
    cast(null as bigint) as rows,
from {{ ref('stg_run__rejects') }} as rejects
where rejects.rule = 'unusable_settings'

-- One row per test of a mart that failed in the last build, and contract and client of its failing rows.
select
    failed_tests.contract_id,
    failed_tests.client_id,
    failed_tests.test,
    failed_tests.mart,
    failed_tests.rows,
from {{ source('landing', 'failed_tests') }} as failed_tests

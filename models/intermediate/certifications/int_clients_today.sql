-- One row per client of a contract: its civil day at as_of, by which dated rows are known or not.
with clients as (
    select * from {{ ref('int_clients_contracts') }}
),

run as (
    select * from {{ source('landing', 'run') }}
),

day_slices as (
    select * from {{ ref('int_contract_day_slices') }}
)

select
    clients.client_id,
    clients.contract_id,
    day_slices.day_on as today
from clients
cross join run
inner join day_slices
    on day_slices.contract_id = clients.contract_id
    and day_slices.utc_day = {{ utc_day('run.as_of') }}
    and day_slices.slice_from <= run.as_of
    and day_slices.slice_until > run.as_of

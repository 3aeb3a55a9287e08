-- One row per contract and calendar month of its zone, with its bounds in UTC; from the first of which every day is known.
select
    days.contract_id,
    days.month_on as month,
    min(days.day_from) as month_from,
    max(days.day_until) as month_until,
    min(days.day_on) as first_on,
    max(days.day_on) as last_on
from {{ ref('int_contract_days') }} as days
group by days.contract_id, days.month_on
having min(days.day_on) = days.month_on

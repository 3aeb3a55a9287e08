-- One row per contract, clock, civil day and civil window: exceptions first, then the holiday row, then the weekday.
with days as (
    select * from {{ ref('int_contract_days') }}
),

clocks as (
    select * from {{ source('contract', 'clocks') }}
),

exceptions as (
    select * from {{ source('contract', 'clock_exceptions') }}
),

known_clocks as (
    select
        clocks.contract_id,
        clocks.clock
    from clocks
    union
    select
        exceptions.contract_id,
        exceptions.clock
    from exceptions
),

clock_days as (
    select
        known_clocks.contract_id,
        known_clocks.clock,
        days.day_on,
        case when days.is_holiday then 8 else days.weekday end as weekday
    from known_clocks
    inner join days on days.contract_id = known_clocks.contract_id
),

excepted as (
    select distinct
        exceptions.contract_id,
        exceptions.clock,
        exceptions.day
    from exceptions
    where exceptions.day >= exceptions.valid_from
        and (exceptions.valid_until is null or exceptions.day < exceptions.valid_until)
),

weekly as (
    select
        clock_days.contract_id,
        clock_days.clock,
        clock_days.day_on,
        clocks.opens_s,
        clocks.closes_s
    from clock_days
    inner join clocks
        on clocks.contract_id = clock_days.contract_id
        and clocks.clock = clock_days.clock
        and clocks.weekday = clock_days.weekday
        and clocks.valid_from <= clock_days.day_on
        and (clocks.valid_until is null or clocks.valid_until > clock_days.day_on)
    left join excepted
        on excepted.contract_id = clock_days.contract_id
        and excepted.clock = clock_days.clock
        and excepted.day = clock_days.day_on
    where excepted.day is null
)

select * from weekly

union all

select
    exceptions.contract_id,
    exceptions.clock,
    exceptions.day as day_on,
    exceptions.opens_s,
    exceptions.closes_s
from exceptions
inner join clock_days
    on clock_days.contract_id = exceptions.contract_id
    and clock_days.clock = exceptions.clock
    and clock_days.day_on = exceptions.day
where exceptions.opens_s is not null
    and exceptions.day >= exceptions.valid_from
    and (exceptions.valid_until is null or exceptions.day < exceptions.valid_until)

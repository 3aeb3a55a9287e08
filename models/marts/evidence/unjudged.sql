-- One row per kind of log and name in it that no contract judges, with why: nothing drops out of sight.
with environments as (
    select * from {{ ref('stg_registry__environments') }}
),

contracts as (
    select * from {{ ref('int_contracts') }}
),

clients as (
    select distinct environments.client_id
    from environments
),

named as (
    select
        'checks' as log,
        probes.environment_id as name,
        count(*) as mentions
    from {{ source('landing', 'probes') }} as probes
    inner join (
        select distinct probe_runs.probe_key from {{ ref('stg_monitoring__probe_runs') }} as probe_runs
    ) as seen on seen.probe_key = probes.probe_key
    group by probes.environment_id

    union all

    select
        'outages' as log,
        outages.environment_id as name,
        count(*) as mentions
    from {{ source('landing', 'outages') }} as outages
    group by outages.environment_id

    union all

    select
        'interruptions' as log,
        interruptions.environment_id as name,
        count(*) as mentions
    from {{ source('landing', 'interruptions') }} as interruptions
    where interruptions.environment_id is not null
    group by interruptions.environment_id

    union all

    select
        'jobs' as log,
        jobs.environment_id as name,
        count(*) as mentions
    from {{ source('landing', 'jobs') }} as jobs
    group by jobs.environment_id

    union all

    select
        'points' as log,
        holdings.environment_id as name,
        cast(sum(holdings.points) as bigint) as mentions
    from {{ ref('int_backup_holdings') }} as holdings
    group by holdings.environment_id

    union all

    select
        'restores' as log,
        restores.environment_id as name,
        count(*) as mentions
    from {{ source('landing', 'restores') }} as restores
    group by restores.environment_id
),

-- Where a contract's calendar begins after something happened: its first instant, and that of its first whole month.
calendars as (
    select
        days.contract_id,
        min(days.day_from) as days_from,
        max(days.day_until) as days_until,
        min(months.month_from) as months_from
    from {{ ref('int_contract_days') }} as days
    left join {{ ref('int_contract_months') }} as months
        on months.contract_id = days.contract_id and months.first_on = days.day_on
    group by days.contract_id
),

clients_contracts as (
    select * from {{ ref('int_clients_contracts') }}
),

registered as (
    select
        tickets.ticket_id,
        tickets.client_id,
        tickets.environment_id,
        least(tickets.created_at, coalesce(tickets.qualified_at, tickets.created_at)) as first_at
    from {{ ref('stg_tickets__tickets') }} as tickets
    union all
    select
        events.ticket_id,
        min(events.client_id) as client_id,
        min(events.environment_id) as environment_id,
        min(events.event_at) as first_at
    from {{ ref('stg_tickets__events') }} as events
    group by events.ticket_id
),

tickets_before as (
    select
        'tickets' as log,
        registered.client_id as name,
        'began before the calendar of the contract: no time can be counted' as reason,
        count(distinct registered.ticket_id) as mentions
    from registered
    left join environments on environments.environment_id = registered.environment_id
    left join clients_contracts on clients_contracts.client_id = registered.client_id
    inner join calendars
        on calendars.contract_id
        = coalesce(environments.contract_id, clients_contracts.contract_id)
        and registered.first_at < calendars.days_from
    group by registered.client_id
),

monitored_before as (
    select
        'checks' as log,
        probes.environment_id as name,
        cast(sum(runs.checks) as bigint) as mentions
    from {{ ref('stg_monitoring__probe_runs') }} as runs
    inner join {{ source('landing', 'probes') }} as probes on probes.probe_key = runs.probe_key
    inner join environments on environments.environment_id = probes.environment_id
    inner join calendars
        on calendars.contract_id = environments.contract_id
        and runs.first_at < calendars.months_from
    group by probes.environment_id

    union all

    select
        'outages' as log,
        outages.environment_id as name,
        count(*) as mentions
    from {{ source('landing', 'outages') }} as outages
    inner join environments on environments.environment_id = outages.environment_id
    inner join calendars
        on calendars.contract_id = environments.contract_id
        and outages.down_from < calendars.months_from
    group by outages.environment_id

    union all

    select
        'interruptions' as log,
        coalesce(interruptions.environment_id, interruptions.contract_id) as name,
        count(*) as mentions
    from {{ source('landing', 'interruptions') }} as interruptions
    left join environments on environments.environment_id = interruptions.environment_id
    inner join calendars
        on calendars.contract_id
        = coalesce(environments.contract_id, interruptions.contract_id)
        and interruptions.starts_at < calendars.months_from
    group by coalesce(interruptions.environment_id, interruptions.contract_id)
),

maintenances_after as (
    select
        'interruptions' as log,
        coalesce(interruptions.environment_id, interruptions.contract_id) as name,
        'begins after the calendar of the contract: its hours are not known yet' as reason,
        count(*) as mentions
    from {{ source('landing', 'interruptions') }} as interruptions
    left join environments on environments.environment_id = interruptions.environment_id
    inner join calendars
        on calendars.contract_id
        = coalesce(environments.contract_id, interruptions.contract_id)
        and interruptions.starts_at >= calendars.days_until
    group by coalesce(interruptions.environment_id, interruptions.contract_id)
),

moved_repositories as (
    select
        'listings' as log,
        listings.repository_id as name,
        'listed with several places: its points count for the one its latest listing declares' as reason,
        count(*) as mentions
    from {{ ref('int_backup_listings') }} as listings
    inner join {{ ref('int_backup_repositories') }} as repositories
        on repositories.repository_id = listings.repository_id
        and repositories.place <> listings.place
    group by listings.repository_id
),

points_before as (
    select
        'points' as log,
        holdings.environment_id as name,
        'started before the calendar of the contract: counted, of no night' as reason,
        cast(sum(holdings.points_before) as bigint) as mentions
    from {{ ref('int_backup_holdings') }} as holdings
    where holdings.points_before > 0
    group by holdings.environment_id
),

unknown_environments as (
    select
        named.log,
        named.name,
        'environment is not in the registry' as reason,
        named.mentions
    from named
    left join environments on environments.environment_id = named.name
    where environments.environment_id is null
),

unknown_clients as (
    select
        'tickets' as log,
        tickets.client_id as name,
        'client is not in the registry' as reason,
        count(*) as mentions
    from {{ ref('stg_tickets__tickets') }} as tickets
    left join clients on clients.client_id = tickets.client_id
    where clients.client_id is null
    group by tickets.client_id
),

later_tickets as (
    select
        'tickets' as log,
        tickets.client_id as name,
        'registered after as_of' as reason,
        count(*) as mentions
    from {{ ref('stg_tickets__tickets') }} as tickets
    cross join {{ source('landing', 'run') }} as run
    where tickets.created_at > run.as_of
    group by tickets.client_id
),

unjudged_environments as (
    select
        'environments' as log,
        environments.environment_id as name,
        case
            when contracts.contract_id is null then 'contract is not in the contract folder'
            else 'closes before it opens'
        end as reason,
        count(*) as mentions
    from environments
    left join contracts on contracts.contract_id = environments.contract_id
    where contracts.contract_id is null or environments.closed_on < environments.opened_on
    group by environments.environment_id, contracts.contract_id
),

unknown_contracts as (
    select
        'interruptions' as log,
        interruptions.contract_id as name,
        'contract is not in the contract folder' as reason,
        count(*) as mentions
    from {{ source('landing', 'interruptions') }} as interruptions
    left join contracts on contracts.contract_id = interruptions.contract_id
    where interruptions.environment_id is null and contracts.contract_id is null
    group by interruptions.contract_id
),

backward_outages as (
    select
        'outages' as log,
        outages.environment_id as name,
        'ends before it begins' as reason,
        count(*) as mentions
    from {{ source('landing', 'outages') }} as outages
    where outages.down_until < outages.down_from
    group by outages.environment_id
),

backward_interruptions as (
    select
        'interruptions' as log,
        coalesce(interruptions.environment_id, interruptions.contract_id) as name,
        'ends before it begins' as reason,
        count(*) as mentions
    from {{ source('landing', 'interruptions') }} as interruptions
    where interruptions.ends_at < interruptions.starts_at
    group by coalesce(interruptions.environment_id, interruptions.contract_id)
),

-- A hold that misses its ledger by a typing error, or cannot be read: a purge cannot be undone.
guards as (
    select * from {{ ref('int_history_guards_told') }}
)

select * from unknown_environments
union all
select * from points_before
union all
select * from moved_repositories
union all
select * from maintenances_after
union all
select * from tickets_before
union all
select
    monitored_before.log,
    monitored_before.name,
    'began before the first whole month of the calendar of the contract: counted from there on' as reason,
    monitored_before.mentions
from monitored_before
union all
select * from unknown_contracts
union all
select * from backward_outages
union all
select * from backward_interruptions
union all
select * from guards
union all
select * from unknown_clients
union all
select * from later_tickets
union all
select * from unjudged_environments

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
        count(*) as mentions,
    from {{ ref('stg_monitoring__probes') }} as probes
    inner join (
        select distinct probe_runs.probe_key from {{ ref('stg_monitoring__probe_runs') }} as probe_runs
    ) as seen on seen.probe_key = probes.probe_key
    group by probes.environment_id

    union all

    select
        'outages' as log,
        outages.environment_id as name,
        count(*) as mentions,
    from {{ ref('stg_monitoring__outages') }} as outages
    group by outages.environment_id

    union all

    select
        'interruptions' as log,
        interruptions.environment_id as name,
        count(*) as mentions,
    from {{ ref('stg_interruptions__interruptions') }} as interruptions
    where interruptions.environment_id is not null
    group by interruptions.environment_id

    union all

    select
        'jobs' as log,
        jobs.environment_id as name,
        count(*) as mentions,
    from {{ ref('stg_backups__jobs') }} as jobs
    group by jobs.environment_id

    union all

    select
        'points' as log,
        holdings.environment_id as name,
        cast(sum(holdings.points) as bigint) as mentions,
    from {{ ref('int_backup_holdings') }} as holdings
    group by holdings.environment_id

    union all

    select
        'restores' as log,
        restores.environment_id as name,
        count(*) as mentions,
    from {{ ref('stg_backups__restores') }} as restores
    group by restores.environment_id
),

points_before as (
    select
        'points' as log,
        holdings.environment_id as name,
        'started before the calendar of the contract: counted, of no night' as reason,
        cast(sum(holdings.points_before) as bigint) as mentions,
    from {{ ref('int_backup_holdings') }} as holdings
    where holdings.points_before > 0
    group by holdings.environment_id
),

unknown_environments as (
    select
        named.log,
        named.name,
        'environment is not in the registry' as reason,
        named.mentions,
    from named
    left join environments on environments.environment_id = named.name
    where environments.environment_id is null
),

unknown_clients as (
    select
        'tickets' as log,
        tickets.client_id as name,
        'client is not in the registry' as reason,
        count(*) as mentions,
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
        count(*) as mentions,
    from {{ ref('stg_tickets__tickets') }} as tickets
    cross join {{ ref('stg_run') }} as run
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
        count(*) as mentions,
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
        count(*) as mentions,
    from {{ ref('stg_interruptions__interruptions') }} as interruptions
    left join contracts on contracts.contract_id = interruptions.contract_id
    where interruptions.environment_id is null and contracts.contract_id is null
    group by interruptions.contract_id
),

backward_outages as (
    select
        'outages' as log,
        outages.environment_id as name,
        'ends before it begins' as reason,
        count(*) as mentions,
    from {{ ref('stg_monitoring__outages') }} as outages
    where outages.down_until < outages.down_from
    group by outages.environment_id
),

backward_interruptions as (
    select
        'interruptions' as log,
        coalesce(interruptions.environment_id, interruptions.contract_id) as name,
        'ends before it begins' as reason,
        count(*) as mentions,
    from {{ ref('stg_interruptions__interruptions') }} as interruptions
    where interruptions.ends_at < interruptions.starts_at
    group by coalesce(interruptions.environment_id, interruptions.contract_id)
),

-- A hold that misses its ledger by a typing error holds nothing, and a purge cannot be undone.
idle_holds as (
    select distinct
        'holds' as log,
        holds.hold_id as name,
        case
            when keys.dossier_key is null then 'no ledger of that client and dossier was read'
            else 'ends before it begins'
        end as reason,
        cast(1 as bigint) as mentions,
    from {{ ref('stg_holds__holds') }} as holds
    left join {{ ref('stg_history__dossier_keys') }} as keys
        on keys.client_id = holds.client_id
        and keys.dossier_id = coalesce(holds.dossier_id, keys.dossier_id)
    where keys.dossier_key is null or holds.free_from <= holds.from_on
)

select * from unknown_environments
union all
select * from points_before
union all
select * from unknown_contracts
union all
select * from backward_outages
union all
select * from backward_interruptions
union all
select * from idle_holds
union all
select * from unknown_clients
union all
select * from later_tickets
union all
select * from unjudged_environments

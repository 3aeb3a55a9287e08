-- One row per fact, what tickets tell themselves apart, by which they are judged, with the tickets it concerns: those of an
-- environment, of a client or of a user, or all. The run's own row says what was asked, and up to which reading of a file.
{{ config(materialized='table') }}
with run as (
    select * from {{ source('landing', 'run') }}
),

files as (
    select * from {{ source('landing', 'files') }}
),

environments as (
    select * from {{ ref('stg_registry__environments') }}
),

clients as (
    select * from {{ ref('int_clients_contracts') }}
),

-- Where its calendar begins, a clock tells nothing of what lies before.
spans as (
    select * from {{ ref('int_contract_spans') }}
),

phases as (
    select * from {{ ref('int_user_phases') }}
),

facts as (
    select
        cast(null as varchar) as environment_id,
        cast(null as varchar) as client_id,
        cast(null as varchar) as user_id,
        {{ text_of_all(["'file'", 'contract_files.name', 'contract_files.sha256']) }} as fact,
    from {{ source('contract', 'contract_files') }} as contract_files

    union all

    select
        cast(null as varchar) as environment_id,
        cast(null as varchar) as client_id,
        cast(null as varchar) as user_id,
        {{ text_of_all(["'default'", 'defaults.term', 'defaults.value']) }} as fact,
    from {{ source('contract', 'term_defaults') }} as defaults

    union all

    select
        cast(null as varchar) as environment_id,
        cast(null as varchar) as client_id,
        cast(null as varchar) as user_id,
        {{ text_of_all([
            "'offset'", 'offsets.time_zone', 'offsets.utc_offset_s', 'offsets.offset_from', 'offsets.offset_until'
        ]) }} as fact,
    from {{ source('contract', 'zone_offsets') }} as offsets

    union all

    select
        environments.environment_id,
        cast(null as varchar) as client_id,
        cast(null as varchar) as user_id,
        {{ text_of_all([
            'environments.contract_id', 'environments.client_id', 'spans.first_on', 'spans.last_on'
        ]) }} as fact,
    from environments
    left join spans on spans.contract_id = environments.contract_id

    union all

    select
        cast(null as varchar) as environment_id,
        clients.client_id,
        cast(null as varchar) as user_id,
        {{ text_of_all(['clients.contract_id', 'spans.first_on', 'spans.last_on']) }} as fact,
    from clients
    left join spans on spans.contract_id = clients.contract_id

    union all

    select
        cast(null as varchar) as environment_id,
        phases.client_id,
        phases.user_id,
        {{ text_of_all(['phases.module', 'phases.phase', 'phases.phase_from', 'phases.phase_until']) }}
            as fact,
    from phases
)

select
    facts.environment_id,
    facts.client_id,
    facts.user_id,
    facts.fact,
    cast(null as timestamptz) as asked_at,
    cast(null as integer) as newest_file_id,
from facts

union all

select
    cast(null as varchar) as environment_id,
    cast(null as varchar) as client_id,
    cast(null as varchar) as user_id,
    cast(null as varchar) as fact,
    run.as_of as asked_at,
    newest.file_id as newest_file_id,
from run
cross join (select coalesce(max(files.file_id), 0) as file_id from files) as newest

-- One row per outage of an environment.
-- depends_on: {{ ref('int_availability_due') }}
with outages as (
    select * from {{ ref('int_environment_outages') }}
),

windows as (
    select * from {{ ref('int_availability_windows') }}
),

evidence as (
    select * from {{ ref('int_outage_evidence') }}
),

-- An outage's seconds hang on where it begins within the measured time; one that ended before it has none.
placed as (
    select
        outages.*,
        windows.client_id,
        case
            when outages.down_until > windows.window_from
                then greatest(outages.down_from, windows.window_from)
        end as measured_from
    from outages
    inner join windows on windows.environment_id = outages.environment_id
),

measured as (
    select
        pieces.environment_id,
        pieces.down_from,
        sum(pieces.reference_s) as unavailable_s,
        sum(case when pieces.cause is not null then pieces.reference_s else 0 end) as excluded_s,
        {{ distinct_texts('pieces.cause') }} as causes
    from {{ ref('int_availability_pieces') }} as pieces
    where pieces.state = 'down'
    group by pieces.environment_id, pieces.down_from
)

select
    placed.contract_id,
    placed.client_id,
    placed.environment_id,
    coalesce(
        evidence.registered_outage_id,
        placed.environment_id || '@' || {{ instant_text('placed.down_from') }}
    ) as outage_id,
    placed.down_from,
    case when not placed.is_still_down then placed.down_until end as down_until,
    cast(coalesce(measured.unavailable_s, 0) as decimal(18, 6)) as unavailable_s,
    cast(coalesce(measured.excluded_s, 0) as decimal(18, 6)) as excluded_s,
    cast(coalesce(measured.unavailable_s - measured.excluded_s, 0) as decimal(18, 6)) as counted_s,
    measured.causes,
    cast(evidence.opening_period_us * 0.000001 as decimal(18, 6)) as opening_uncertainty_s,
    cast(evidence.closing_period_us * 0.000001 as decimal(18, 6)) as closing_uncertainty_s,
    evidence.closed_by,
    evidence.probes_down,
    evidence.opened_probe_id,
    opening_files.name as opened_file,
    evidence.opened_line,
    evidence.closed_probe_id,
    closing_files.name as closed_file,
    evidence.closed_line
from placed
left join evidence
    on evidence.environment_id = placed.environment_id
    and evidence.down_from = placed.down_from
left join measured
    on measured.environment_id = placed.environment_id
    and measured.down_from = placed.measured_from
left join {{ source('landing', 'files') }} as opening_files
    on opening_files.file_id = evidence.opened_file_id
left join {{ source('landing', 'files') }} as closing_files
    on closing_files.file_id = evidence.closed_file_id

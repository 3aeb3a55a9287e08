-- One row per environment and outage: down without a break, and at least as long as the contract asks (R5).
select
    states.environment_id,
    windows.contract_id,
    states.state_from as down_from,
    states.state_until as down_until,
    states.state_until = run.as_of as is_still_down
from {{ ref('int_environment_states') }} as states
inner join {{ ref('int_availability_windows') }} as windows
    on windows.environment_id = states.environment_id
inner join {{ ref('int_availability_terms') }} as terms
    on terms.contract_id = windows.contract_id
    and terms.stretch_from <= states.state_from
    and terms.stretch_until > states.state_from
cross join {{ source('landing', 'run') }} as run
where states.state = 'down'
    and {{ seconds_between('states.state_from', 'states.state_until') }} >= terms.minimum_outage_s

-- One row per probe and UTC day whose summary is too coarse for the contract's validity, or in which the validity changes.
-- A table, so that the engine knows how few they are: it would else read all raw checks in search of none.
select distinct
    seen.probe_key,
    seen.utc_day
from {{ ref('int_probe_runs_seen') }} as seen
inner join {{ ref('int_probe_validities') }} as validities
    on validities.probe_key = seen.probe_key
    and validities.given_period_us = coalesce(seen.period_us, -1)
    and validities.stretch_from <= seen.last_at
    and validities.stretch_until > seen.first_at
where not seen.is_reread
    and (
        seen.gap_limit_us > validities.validity_us
        or validities.stretch_from > seen.first_at
    )

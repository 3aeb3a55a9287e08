"""No event may fall on a day whose holidays are unknown: it would silently be a working day (rules.md section 1)."""

from __future__ import annotations

import duckdb

from pipelines.errors import ConfigurationError

# Events of each kind of log that business time is counted for, with where the row stands. Those that every calendar covers are
# left aside before anything is joined: on most nights all of them.
_EVENTS = """
with safe as (
    select max(covers_from)::timestamptz + interval 1 day as safe_from,
        min(covers_until)::timestamptz - interval 1 day as safe_until
    from sla_contract.holiday_calendars
),
environments as (select environment_id, client_id, contract_id from landing.environments),
of_environments as (
    select 'outages' as log, environment_id, down_from as event_at, file_id, line from landing.outages
    union all
    select 'interruptions', environment_id, starts_at, file_id, line from landing.interruptions where environment_id is not null
),
found as (
    select log, contract_id, event_at, file_id, line from of_environments inner join environments using (environment_id)
    union all
    select 'tickets', contract_id, event_at, file_id, line
    from (
        select client_id, least(created_at, qualified_at) as event_at, file_id, line from landing.tickets
        union all
        select client_id, event_at, file_id, line from landing.ticket_events
    )
    inner join landing.run as run on event_at <= run.as_of -- what is later is not judged
    inner join safe on event_at < safe_from or event_at >= safe_until
    inner join (select distinct client_id, contract_id from environments) as clients using (client_id)
    union all
    select 'checks', contract_id, event_at, file_id, line
    from (
        select probe_key, unnest([min(first_at), max(last_at)]) as event_at,
            unnest([min_by(first_file_id, first_at), max_by(last_file_id, last_at)]) as file_id,
            unnest([min_by(first_line, first_at), max_by(last_line, last_at)]) as line
        from landing.probe_runs inner join safe on first_at < safe_from or last_at >= safe_until group by probe_key
    )
    inner join landing.probes using (probe_key)
    inner join environments using (environment_id)
)
select found.log, found.contract_id, contracts.holiday_calendar, calendars.covers_from, calendars.covers_until,
    files.name, found.line, found.event_at
from found
inner join (select distinct contract_id, holiday_calendar from sla_contract.contracts) as contracts using (contract_id)
inner join sla_contract.holiday_calendars as calendars using (holiday_calendar)
left join landing.files as files on files.file_id = found.file_id
where found.event_at < calendars.covers_from::timestamptz + interval 1 day
    or found.event_at >= calendars.covers_until::timestamptz - interval 1 day
order by found.event_at limit 1
"""

_AS_OF = """
select contracts.contract_id, contracts.holiday_calendar, calendars.covers_from, calendars.covers_until, run.as_of
from (select distinct contract_id, holiday_calendar from sla_contract.contracts) as contracts
inner join (select distinct contract_id from landing.environments) as used using (contract_id)
inner join sla_contract.holiday_calendars as calendars using (holiday_calendar)
cross join landing.run as run
where run.as_of < calendars.covers_from::timestamptz + interval 1 day
    or run.as_of >= calendars.covers_until::timestamptz - interval 1 day
limit 1
"""


def check(con: duckdb.DuckDBPyConnection) -> None:
    """Raises ConfigurationError naming contract, calendar, event, file and line."""
    row = con.execute(_EVENTS).fetchone()
    if row:
        log, contract_id, calendar, covers_from, covers_until, name, line, at = row
        raise ConfigurationError(
            f"holiday_calendars.csv: calendar {calendar!r} of contract {contract_id} covers {covers_from} to "
            f"{covers_until}, but {log} has {at.isoformat()} ({name}, line {line}); add the holidays of those years "
            "and widen covers_from or covers_until, or correct the row"
        )
    row = con.execute(_AS_OF).fetchone()
    if row:
        contract_id, calendar, covers_from, covers_until, as_of = row
        raise ConfigurationError(
            f"holiday_calendars.csv: calendar {calendar!r} of contract {contract_id} covers {covers_from} to "
            f"{covers_until}, but as_of is {as_of.isoformat()}; add the holidays of those years or ask another instant"
        )

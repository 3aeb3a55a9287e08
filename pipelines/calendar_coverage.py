"""Contracts whose holidays are not known on the day of the question: nothing can be judged there (rules.md section 1).

One event outside a calendar stops only what needs its day: it is kept and told in the mart `unjudged`.
"""

from __future__ import annotations

import duckdb

_AS_OF = """
select contracts.contract_id, contracts.holiday_calendar, calendars.covers_from, calendars.covers_until, run.as_of
from (select distinct contract_id, holiday_calendar from sla_contract.contracts) as contracts
inner join (select distinct contract_id from landing.environments) as used using (contract_id)
inner join sla_contract.holiday_calendars as calendars using (holiday_calendar)
cross join landing.run as run
where run.as_of < calendars.covers_from::timestamptz + interval 1 day
    or run.as_of >= calendars.covers_until::timestamptz - interval 1 day
order by all
"""


def contracts_beyond(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """(contract, why and what to do) of those that registered environments name and whose calendar does not reach as_of."""
    return [
        (
            contract_id,
            f"holiday_calendars.csv: calendar {calendar!r} covers {covers_from} to {covers_until}, but as_of is"
            f" {as_of.isoformat()}; add the holidays of those years and widen it, or ask another instant",
        )
        for contract_id, calendar, covers_from, covers_until, as_of in con.execute(_AS_OF).fetchall()
    ]

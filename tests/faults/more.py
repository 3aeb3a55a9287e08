"""Further inputs of the kinds that came out wrong, thought up beside those of tests/fixtures/faults."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.faults import more_fec, more_protect

Row = dict[str, object]

BOOKLET = "quadra-expert-2023-09"
_FROM = {"valid_from": "1990-01-01", "clause": "test"}
_ENGLISH = {**_FROM, "time_zone": "Europe/Paris", "language": "fr"}

# Contracts besides the booklet: `never` has no clock that opens; `short` knows the holidays of 2025 to 2027 only.
CONTRACT: dict[str, list[Row]] = {
    "contracts.csv": [
        {**_ENGLISH, "contract_id": "never", "title": "never", "service": "never", "holiday_calendar": "fr-metropole"},
        {**_ENGLISH, "contract_id": "young", "title": "young", "service": "young", "holiday_calendar": "young"},
        {**_ENGLISH, "contract_id": "ended", "title": "ended", "service": "ended", "holiday_calendar": "ended"},
        {**_ENGLISH, "contract_id": "short", "title": "short", "service": "short", "holiday_calendar": "short"},
    ],
    "holiday_calendars.csv": [
        {"holiday_calendar": "short", "covers_from": "2025-01-01", "covers_until": "2028-01-01", "source": "test"},
        {"holiday_calendar": "young", "covers_from": "2026-06-01", "covers_until": "2028-01-01", "source": "test"},
        {"holiday_calendar": "ended", "covers_from": "2020-01-01", "covers_until": "2026-01-01", "source": "test"},
    ],
    "clocks.csv": [
        {
            **_FROM,
            "contract_id": contract,
            "clock": clock,
            "weekday": day,
            "opens": "09:00:00",
            "closes": "17:00:00",
        }
        for contract in ("short", "ended")
        for clock in ("support", "reference")
        for day in range(1, 6)
    ],
    "targets.csv": [
        {**_FROM, "contract_id": "never", "commitment": "take_in_charge", "criticality": "critical", "value": "4",
         "unit": "h", "clock": "support"},
        {**_FROM, "contract_id": "never", "commitment": "action_plan", "criticality": "1", "value": "12", "unit": "h",
         "clock": "support"},
        {**_FROM, "contract_id": "never", "commitment": "fix_or_workaround", "criticality": "2", "value": "6",
         "unit": "working_day", "clock": "working_day"},
        {**_FROM, "contract_id": "never", "commitment": "availability", "value": "99.5", "unit": "pct",
         "clock": "reference"},
        {**_FROM, "contract_id": "short", "commitment": "take_in_charge", "criticality": "critical", "value": "4", "unit": "h",
         "clock": "support"},
        {**_FROM, "contract_id": "short", "commitment": "fix_or_workaround", "criticality": "2", "value": "6",
         "unit": "working_day", "clock": "support"},
        {**_FROM, "contract_id": "short", "commitment": "availability", "value": "99.5", "unit": "pct", "clock": "reference"},
        {**_FROM, "contract_id": "ended", "commitment": "availability", "value": "99.5", "unit": "pct", "clock": "reference"},
        {**_FROM, "contract_id": "short", "commitment": "backup_retention", "value": "45", "unit": "day"},
        {**_FROM, "contract_id": "young", "commitment": "backup_retention", "value": "45", "unit": "day"},
        {**_FROM, "contract_id": "short", "commitment": "backup_places", "value": "2", "unit": "count"},
    ],
}  # fmt: skip


def write(inbox: Path) -> None:
    """All of them below the inbox, each kind in a folder of its own."""
    more_fec.write(inbox)
    for kind in (_points, _clocks, _edges):
        for path, rows in kind().items():
            _csv(inbox / path, rows)
    more_protect.write(inbox)


def environment(name: str, contract: str = BOOKLET, client: str | None = None) -> Row:
    return {
        "environment_id": name, "client_id": client or name, "client_name": name, "contract_id": contract,
        "kind": "production", "opened_on": "2020-01-01", "closed_on": "",
    }  # fmt: skip


def _csv(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)


def _points() -> dict[str, list[Row]]:
    """F1: points older than the calendar, of documents, of a calendar that begins late, and bad ones that others need."""
    files: dict[str, list[Row]] = defaultdict(list)
    night = datetime(2026, 6, 10, 1, tzinfo=UTC)

    def point(environment_id: str, place: str, name: str, at: datetime, **more: object) -> None:
        files["backups/canonical/more/points.csv"].append({
            "repository_id": f"{environment_id}-{place}", "place": place, "listed_at": "2026-06-10T06:00:00Z",
            "environment_id": environment_id, "content": "data", "point_id": name, "started_at": at.isoformat(),
            "status": "", "parent_point_id": "", **more,
        })  # fmt: skip

    for place in "AB":
        # Documents: what is old and what is new are both a saved state.
        point("bdoc", place, "old", datetime(1999, 12, 31, tzinfo=UTC), content="documents")
        point("bdoc", place, "new", night, content="documents")
        # A yearly snapshot of 2023 under a calendar that begins in 2025, and three nights.
        point("bshort", place, "yearly", datetime(2023, 1, 1, 1, tzinfo=UTC))
        for days in range(3):
            point("bshort", place, f"n{days}", night - timedelta(days=days))
        # An old point that is damaged breaks what hangs on it, also where it lies before the calendar.
        point("bchain", place, "base", datetime(2001, 9, 9, 1, tzinfo=UTC), status="damaged")
        point("bchain", place, "increment", night, parent_point_id="base")
        point("bchain", place, "whole", night - timedelta(days=1))
    # The same repository as if it had stood elsewhere an hour before: it is one place.
    point("bmoved", "A", "n1", night, repository_id="bmoved")
    point("bmoved", "B", "n1", night, repository_id="bmoved", listed_at="2026-06-10T05:00:00Z")
    point("bold", "A", "only", datetime(1985, 1, 1, tzinfo=UTC))
    files["registry/canonical/more/environments_points.csv"] = [
        environment("bdoc"), environment("bshort", "short"), environment("bchain"), environment("bmoved"), environment("bold"),
    ]  # fmt: skip
    return files


def _edges() -> dict[str, list[Row]]:
    """Facts before a calendar that begins in 2025, beside others within it; and a contract whose calendar ended."""
    ticket = {"client_id": "bshort", "environment_id": "bshort", "channel": "support", "kind": "incident",
              "criticality": "critical"}  # fmt: skip
    checks = [
        {"environment_id": "bshort", "probe_id": "web", "checked_at": f"{day}T0{hour}:00:00Z", "status": "up",
         "period_s": "3600"}
        for day in ("2024-12-31", "2025-01-02", "2026-06-09")
        for hour in range(10)
    ]  # fmt: skip
    return {
        "registry/canonical/more/environments_edges.csv": [environment("ended", "ended"), environment("bedge", "short"), environment("young", "young")],
        "tickets/canonical/more/tickets_edges.csv": [
            {**ticket, "ticket_id": "e-before", "created_at": "2024-06-03T10:00:00Z",
             "taken_in_charge_at": "2024-06-03T11:00:00Z"},
            {**ticket, "ticket_id": "e-after", "created_at": "2025-06-03T10:00:00Z",
             "taken_in_charge_at": "2025-06-03T11:00:00Z"},
            {**ticket, "ticket_id": "e-days", "kind": "anomaly", "anomaly_level": "2",
             "created_at": "2025-06-03T10:00:00Z", "qualified_at": "2024-06-03T10:00:00Z"},
            {**ticket, "ticket_id": "e-ended", "client_id": "ended", "environment_id": "ended",
             "created_at": "2025-06-03T10:00:00Z"},
        ],
        "interruptions/canonical/more/interruptions_edges.csv": [
            {"interruption_id": f"i{year}", "contract_id": "short", "cause": "maintenance_window",
             "starts_at": f"{year}-03-05T20:00:00Z", "ends_at": f"{year}-03-05T22:00:00Z"}
            for year in (1994, 2026, 2069)
        ],
        "history/canonical/more/movements_edges.csv": [
            {"client_id": "bshort", "dossier_id": "d", "journal_code": "VE", "entry_number": "1", "line_number": line,
             "entry_on": "2025-01-05", "account": account, "debit": debit, "credit": credit}
            for line, account, debit, credit in ((1, "606000", "1.00", "0.00"), (2, "512000", "0.00", "1.00"))
        ],
        "monitoring/canonical/more/checks_edges.csv": [
            *checks, *({**check, "environment_id": "ended"} for check in checks)],
        "monitoring/outages/more/outages_edges.csv": [
            {"environment_id": "bedge", "outage_id": "over", "down_from": "2024-12-31T20:00:00Z",
             "down_until": "2025-01-02T09:00:00Z"},
        ],
    }  # fmt: skip


def _clocks() -> dict[str, list[Row]]:
    """F2: whatever can be counted on a clock that never opens."""
    at = {
        "client_id": "never",
        "environment_id": "never",
        "channel": "support",
        "created_at": "2026-06-01T10:00:00Z",
    }
    return {
        "registry/canonical/more/environments_clocks.csv": [environment("never", "never")],
        "tickets/canonical/more/tickets_clocks.csv": [
            {**at, "ticket_id": "n-taken", "kind": "incident", "criticality": "critical",
             "taken_in_charge_at": "2026-06-09T10:00:00Z"},
            {**at, "ticket_id": "n-plan", "kind": "anomaly", "criticality": "critical", "anomaly_level": "1",
             "qualified_at": "2026-06-02T10:00:00Z"},
            {**at, "ticket_id": "n-days", "kind": "anomaly", "criticality": "critical", "anomaly_level": "2",
             "qualified_at": "2026-06-02T10:00:00Z"},
        ],
        "monitoring/outages/more/outages_clocks.csv": [
            {"environment_id": "never", "outage_id": "n1", "down_from": "2026-06-03T08:00:00Z",
             "down_until": "2026-06-03T09:00:00Z"},
        ],
    }  # fmt: skip

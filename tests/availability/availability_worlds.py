"""Hypothesis strategies for availability: contracts, zones, clocks, probes, outages, exclusions and gaps.

A world is one contract with its environments; many worlds make one inbox and one contract folder, so that a
hundred examples cost one build. All events lie around a change of hour and of month.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.oracles.availability import CAUSES, Row, World

ZONES = (
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kolkata",
    "Atlantic/Azores",
    "Pacific/Auckland",
    "UTC",
)
AS_OF = datetime(2026, 4, 8, 9, 37, 13, 500_000, tzinfo=UTC)
# Where the hour changes in some of these zones, and at the ends of months.
BASES = tuple(
    datetime(*day, tzinfo=UTC)
    for day in [
        (2026, 3, 8),
        (2026, 3, 29),
        (2026, 4, 1),
        (2026, 4, 5),
        (2026, 4, 7),
        (2025, 10, 26),
        (2025, 11, 1),
    ]
)
STATUSES = ("down", "up", "up", "down", "down", "degraded", "unknown")
HEADS: Mapping[str, tuple[str, ...]] = {
    "contracts": ("title", "service", "time_zone", "holiday_calendar", "language"),
    "clocks": ("clock", "weekday", "opens", "closes"),
    "clock_exceptions": ("clock", "day", "opens", "closes"),
    "targets": ("commitment", "criticality", "value", "unit", "clock"),
    "terms": ("term", "value"),
    "exclusions": ("cause", "is_excluded", "only_inside_clock"),
    "clauses": ("article", "title", "nature", "measured_by", "why"),
}
DATED = ("contract_id", "valid_from", "valid_until", "clause")


@dataclass(frozen=True)
class Example:
    """Rows of one generated contract; `name` is its contract_id, which every other key begins with."""

    name: str
    environments: tuple[Row, ...]
    checks: tuple[Row, ...]
    outages: tuple[Row, ...]
    interruptions: tuple[Row, ...]
    contract: Mapping[str, tuple[Row, ...]]

    def world(self) -> World:
        return World(self.environments, self.checks, self.outages, self.interruptions, self.contract)


def iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def clock_text(quarter: int) -> str:
    return f"{quarter // 4:02}:{quarter % 4 * 15:02}:00"


@st.composite
def windows(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Disjoint windows of one day, on quarters of an hour; often all day or none."""
    kind = draw(st.sampled_from(["some", "day", "some", "some", "day", "none"]))
    if kind == "none":
        return []
    if kind == "day":
        return [("00:00:00", "24:00:00")]
    bounds = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=4)))
    return [(clock_text(a), clock_text(b)) for a, b in zip(bounds[::2], bounds[1::2], strict=False)]


@st.composite
def examples(draw: st.DrawFn, name: str) -> Example:
    zone = draw(st.sampled_from(ZONES))
    base = draw(st.sampled_from(BASES))
    changes_on = (base + timedelta(days=draw(st.integers(-2, 2)))).date()
    contract: dict[str, list[Row]] = defaultdict(list)

    def dated(file: str, **values: str) -> None:
        row = {"contract_id": name, "valid_from": "2000-01-01", "valid_until": "", "clause": "test"}
        contract[file].append({**row, **values})

    def changing(file: str, choices: list[dict[str, str]], **values: str) -> None:
        """One row, or two with a change on a day inside the world."""
        first, second = draw(st.sampled_from(choices)), draw(st.sampled_from(choices))
        if draw(st.integers(0, 3)):
            dated(file, **values, **first)
        else:
            dated(file, **values, **first, valid_until=changes_on.isoformat())
            dated(file, **values, **second, valid_from=changes_on.isoformat())

    dated("contracts", title=name, service=name, time_zone=zone, holiday_calendar=name, language="en")
    contract["holiday_calendars"].append(
        {
            "holiday_calendar": name,
            "covers_from": "2025-01-01",
            "covers_until": "2026-07-01",
            "source": "test",
        }
    )
    if draw(st.booleans()):
        holiday = (base + timedelta(days=draw(st.integers(-3, 3)))).date().isoformat()
        contract["holidays"].append({"holiday_calendar": name, "day": holiday, "name": "closed"})
    weekly = [draw(windows()) for _ in range(draw(st.integers(1, 3)))]
    for weekday in range(1, 9):
        for opens, closes in weekly[weekday % len(weekly)]:
            dated("clocks", clock="reference", weekday=str(weekday), opens=opens, closes=closes)
        for opens, closes in draw(windows()) if weekday % 3 else []:
            dated("clocks", clock="maintenance", weekday=str(weekday), opens=opens, closes=closes)
    if draw(st.booleans()):
        day = (base + timedelta(days=draw(st.integers(-2, 2)))).date().isoformat()
        for opens, closes in draw(windows()) or [("", "")]:
            dated("clock_exceptions", clock="reference", day=day, opens=opens, closes=closes)
    changing("terms", [{"value": value} for value in ("any", "majority", "all")], term="quorum")
    changing("terms", [{"value": value} for value in ("1", "1.5", "3", "10")], term="probe_validity_periods")
    changing("terms", [{"value": value} for value in ("1", "1", "2", "3")], term="confirmation_checks")
    changing("terms", [{"value": value} for value in ("0", "0", "600", "600.5")], term="minimum_outage_s")
    target = {"commitment": "availability", "criticality": "", "unit": "pct", "clock": "reference"}
    changing("targets", [{"value": value} for value in ("99.5", "90", "99.999999", "0", "100")], **target)
    for cause in CAUSES:
        choices = [{"is_excluded": "true", "only_inside_clock": clock} for clock in ("", "", "maintenance")]
        changing("exclusions", [*choices, {"is_excluded": "false", "only_inside_clock": ""}], cause=cause)

    environments, checks, outages, interruptions = [], [], [], []
    moments = st.integers(-10 * 60, 10 * 60).map(lambda minutes: base + timedelta(minutes=minutes))
    for number in range(draw(st.integers(1, 2))):
        environment = f"{name}-e{number}"
        environments.append(draw(_environment(environment, name, base.date())))
        for probe in range(draw(st.sampled_from([1, 1, 2, 3, 0]))):
            checks += draw(_probe(environment, f"p{probe}", base))
        for outage in range(draw(st.sampled_from([0, 0, 1, 2]))):
            begun, ended = draw(_stretch(moments))
            outages.append(
                {
                    "environment_id": environment,
                    "outage_id": f"o{outage}",
                    "down_from": begun,
                    "down_until": ended,
                }
            )
    for number in range(draw(st.integers(1, 6))):
        begun, ended = draw(_stretch(moments))
        whose = draw(st.sampled_from(["", *(row["environment_id"] for row in environments)]))
        interruptions.append(
            {
                "interruption_id": f"{name}-i{number}",
                "contract_id": "" if whose else name,
                "environment_id": whose,
                "cause": draw(st.sampled_from(CAUSES)),
                "starts_at": begun,
                "ends_at": ended,
            }
        )
    checks = draw(st.permutations(checks)) if len(checks) < 60 else checks
    return Example(
        name,
        tuple(environments),
        tuple(checks),
        tuple(outages),
        tuple(interruptions),
        {file: tuple(rows) for file, rows in contract.items()},
    )


@st.composite
def _environment(draw: st.DrawFn, environment: str, contract: str, base: date) -> Row:
    opened = base + timedelta(days=draw(st.sampled_from([-400, -400, -1, 1, 2])))
    autumn = base.year == 2025  # closed soon after, so that no idle winter is measured
    closed = draw(st.sampled_from([3, 5, 12] if autumn else [None, None, None, 3, 0]))
    return {
        "environment_id": environment,
        "client_id": contract,
        "client_name": "",
        "contract_id": contract,
        "kind": draw(st.sampled_from(["production", "production", "production", "test"])),
        "opened_on": opened.isoformat(),
        "closed_on": "" if closed is None else (base + timedelta(days=closed)).isoformat(),
    }


@st.composite
def _probe(draw: st.DrawFn, environment: str, probe: str, base: datetime) -> list[Row]:
    """Checks at a rhythm with jitter, silences, copies, several of one instant, with or without a period."""
    period = draw(st.sampled_from([60, 300, 1800]))
    says = draw(st.sampled_from(["always", "never", "sometimes"]))
    at = base + timedelta(minutes=draw(st.integers(-10 * 60, 8 * 60)))
    rows = []
    for _ in range(draw(st.integers(3, 25))):
        given = says == "always" or (says == "sometimes" and draw(st.booleans()))
        row = {
            "environment_id": environment,
            "probe_id": probe,
            "checked_at": iso(at),
            "status": draw(st.sampled_from(STATUSES)),
            "period_s": str(period) if given else "",
        }
        rows.append(row)
        again = draw(st.sampled_from(["no", "no", "no", "no", "no", "no", "copy", "other"]))
        if again != "no":
            rows.append(row if again == "copy" else {**row, "status": draw(st.sampled_from(STATUSES))})
        step = draw(st.sampled_from([1, 1, 1, 1, 1, 2, 3, 3.5, 20, 200]))
        jitter = draw(st.sampled_from([0, 0, 0, 0.25, 0.000001, -7]))
        at += timedelta(seconds=max(period * step + jitter, 1))
    return rows


@st.composite
def _stretch(draw: st.DrawFn, moments: st.SearchStrategy[datetime]) -> tuple[str, str]:
    """Start and end as texts; at times without an end, of zero length, or beyond as_of."""
    begun = draw(moments) + timedelta(microseconds=draw(st.sampled_from([0, 0, 1, 999_999])))
    length = draw(st.sampled_from([7200, 3600, 0, 1, 30, 599, 600, 14_400, 86_400, None]))
    return iso(begun), "" if length is None else iso(begun + timedelta(seconds=length))


def write(folder: Path, found: Iterable[Example]) -> tuple[Path, Path]:
    """All examples as one inbox and one contract folder; returns both."""
    found = list(found)
    inbox, contract = folder / "inbox", folder / "contract"
    files: dict[str, tuple[str, ...]] = {
        "registry/canonical/environments": ("environments",),
        "monitoring/canonical/checks": ("checks",),
        "monitoring/outages/outages": ("outages",),
        "interruptions/canonical/interruptions": ("interruptions",),
    }
    for path, (attribute,) in files.items():
        _write(inbox / f"{path}.csv", [row for example in found for row in getattr(example, attribute)], ())
    for file in ("holidays", "holiday_calendars"):
        head = {"holidays": ("holiday_calendar", "day", "name")}.get(file, ())
        _write(contract / f"{file}.csv", [row for one in found for row in one.contract.get(file, ())], head)
    for file, columns in HEADS.items():
        rows = [row for example in found for row in example.contract.get(file, ())]
        _write(contract / f"{file}.csv", rows, (*DATED, *columns))
    return inbox, contract


def _write(path: Path, rows: list[Any], head: tuple[str, ...]) -> None:
    names = list(dict.fromkeys([*head, *(name for row in rows for name in row)]))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, names, restval="")
        writer.writeheader()
        writer.writerows(rows)

"""Hypothesis strategies for availability night by night: what arrives when, out of order, late, corrected or withdrawn.

A story is one generated contract (availability_worlds) whose environments live through several months, with every row
given the night on which it arrives. Probes fall silent, fail or hold across the ends of months.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st

from tests.availability import availability_worlds as worlds
from tests.oracles.availability import CAUSES, Row

# Two nights in a row just after a month began, one that skips weeks, one about the past, one that skips a month.
NIGHTS = tuple(
    datetime(*at, tzinfo=UTC)
    for at in [
        (2026, 3, 1, 3),
        (2026, 3, 2, 3),
        (2026, 4, 1, 12),
        (2026, 4, 8, 9, 37),
        (2026, 3, 31, 23, 30),
        (2026, 6, 1, 2),
        (2026, 6, 2, 3),
    ]
)
CHANGED_TERMS, READ_ANEW = 4, 2  # from that night on; on that night
SCENES = tuple(
    datetime(*day, tzinfo=UTC)
    for day in [(2026, 2, 1), (2026, 3, 1), (2026, 4, 1), (2026, 5, 1), (2026, 6, 1)]
)
Arrive = Callable[[str, str, Row], None]
SOURCES = {
    "environments": "registry/canonical/environments",
    "checks": "monitoring/canonical/{name}/checks",
    "outages": "monitoring/outages/outages",
    "interruptions": "interruptions/canonical/interruptions",
}


@dataclass(frozen=True)
class Story:
    """Rows by table and night of arrival, and the contract's own rows before and after it changes."""

    name: str
    arrivals: Mapping[str, Mapping[int, Sequence[Row]]]
    contract: Mapping[str, tuple[Row, ...]]


@st.composite
def stories(draw: st.DrawFn, name: str) -> Story:
    example = draw(worlds.examples(name))
    is_late = draw(st.integers(0, 3)) == 0
    says_period = draw(st.integers(0, 3)) > 0
    arrivals: dict[str, dict[int, list[Row]]] = {table: defaultdict(list) for table in SOURCES}

    def arrive(table: str, at: str, row: Row) -> None:
        """On the first night asked about a later instant; where a story runs late, a night or two after."""
        soonest = next((n for n, night in enumerate(NIGHTS) if night > _at(at)), len(NIGHTS) - 1)
        late = draw(st.sampled_from([0, 0, 0, 0, 1, 2])) if is_late else 0
        arrivals[table][min(soonest + late, len(NIGHTS) - 1)].append(row)

    for row in example.environments:
        night = draw(st.sampled_from([0, 0, 0, 0, 1, 2]))
        arrivals["environments"][night].append(row)
        if draw(st.integers(0, 7)) == 0:  # told otherwise later
            other = {"closed_on": draw(st.sampled_from(["2026-03-15", "2026-04-01", "2026-07-01", ""]))}
            arrivals["environments"][draw(st.integers(night, len(NIGHTS) - 1))].append({**row, **other})
        environment = row["environment_id"]
        checks = [row for row in example.checks if row["environment_id"] == environment]
        if says_period:
            checks = [{**row, "period_s": row["period_s"] or "300"} for row in checks]
        for probe in range(draw(st.sampled_from([1, 1, 2]))):
            checks += draw(_rare_checks(environment, f"r{probe}", says_period))
        for check in checks:
            arrive("checks", check["checked_at"], check)
            if is_late and draw(st.integers(0, 15)) == 0:  # sent again with another result
                again = {**check, "status": draw(st.sampled_from(worlds.STATUSES))}
                arrive("checks", check["checked_at"], again)
        for scene in draw(st.lists(st.sampled_from(SCENES), max_size=2, unique=True)):
            _outage(draw, arrive, environment, scene)
            _interruption(draw, arrive, name, environment, scene)
    for table, instant in (("outages", "down_from"), ("interruptions", "starts_at")):
        for row in getattr(example, table):
            arrive(table, row[instant], row)
    return Story(name, arrivals, example.contract)


@st.composite
def _rare_checks(draw: st.DrawFn, environment: str, probe: str, says_period: bool) -> list[Row]:
    """Checks from winter to summer, so rare that one holds for days and a row of failures lies across a month's start."""
    period = draw(st.sampled_from([40_000, 100_000, 400_000]))
    at = SCENES[0] - timedelta(days=3, seconds=draw(st.integers(0, period)))
    rows: list[Row] = []
    while at < NIGHTS[-1]:
        status = draw(st.sampled_from(["up", "up", "up", "down", "down", "unknown"]))
        for _ in range(draw(st.sampled_from([1, 2, 3, 12]))):
            rows.append(
                {
                    "environment_id": environment,
                    "probe_id": probe,
                    "checked_at": worlds.iso(at),
                    "status": status,
                    "period_s": str(period) if says_period else "",
                }
            )
            at += timedelta(seconds=period if says_period else period * draw(st.sampled_from([1, 1.1, 1.3])))
        at += timedelta(seconds=period * draw(st.sampled_from([0, 0, 0, 0.5, 1, 9])))
    return rows


def _outage(draw: st.DrawFn, arrive: Arrive, environment: str, scene: datetime) -> None:
    """Ready-made, around the start of a month; at times without an end, which may be told later."""
    begun = worlds.iso(scene + timedelta(minutes=draw(st.integers(-300, 300))))
    length = draw(st.sampled_from([None, 600, 20_000, 40 * 86_400]))
    ended = "" if length is None else worlds.iso(_at(begun) + timedelta(seconds=length))
    row = {
        "environment_id": environment,
        "outage_id": f"long-{scene:%m}",
        "down_from": begun,
        "down_until": ended,
    }
    if draw(st.integers(0, 1)) == 0:
        arrive("outages", begun, row)
        if draw(st.booleans()):
            told = worlds.iso(_at(begun) + timedelta(hours=draw(st.sampled_from([1, 30, 400]))))
            arrive("outages", told, {**row, "down_until": told})


def _interruption(draw: st.DrawFn, arrive: Arrive, contract: str, environment: str, scene: datetime) -> None:
    begun = worlds.iso(scene + timedelta(minutes=draw(st.integers(-900, 900))))
    length = draw(st.sampled_from([None, 3600, 86_400, 40 * 86_400]))
    whose = draw(st.sampled_from([("", environment), (contract, "")]))
    row = {
        "interruption_id": f"{environment}-{scene:%m}",
        "contract_id": whose[0],
        "environment_id": whose[1],
        "cause": draw(st.sampled_from(CAUSES)),
        "starts_at": begun,
        "ends_at": "" if length is None else worlds.iso(_at(begun) + timedelta(seconds=length)),
    }
    if draw(st.integers(0, 1)) == 0:
        arrive("interruptions", begun, row)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def write_contract(folder: Path, found: Sequence[Story], night: int) -> Path:
    """All contracts as one folder; from one night on somebody has changed a term of the first one."""
    examples = [
        worlds.Example(
            story.name,
            (),
            (),
            (),
            (),
            _changed(story.contract) if number == 0 and night >= CHANGED_TERMS else story.contract,
        )
        for number, story in enumerate(found)
    ]
    return worlds.write(folder, examples)[1]


def _changed(contract: Mapping[str, tuple[Row, ...]]) -> Mapping[str, tuple[Row, ...]]:
    terms = tuple(
        {**row, "value": "3" if row["value"] == "1" else "1"}
        if row["term"] == "probe_validity_periods"
        else row
        for row in contract["terms"]
    )
    return {**contract, "terms": terms}


def write_night(inbox: Path, found: Sequence[Story], night: int) -> None:
    """The files that arrive on one night; on one of them a folder of checks gets other settings and is read anew."""
    for table, place in SOURCES.items():
        rows: dict[str, list[Row]] = defaultdict(list)
        for story in found:
            rows[place.format(name=story.name)] += story.arrivals[table].get(night, [])
        for path, arrived in rows.items():
            if arrived:
                _write(inbox / f"{path}-{night}.csv", arrived)
    if night == READ_ANEW:
        toml = inbox / "monitoring" / "canonical" / found[-1].name / "source.toml"
        toml.parent.mkdir(parents=True, exist_ok=True)
        toml.write_text('time_zone = "UTC"\n', encoding="utf-8")


def _write(path: Path, rows: Sequence[Row]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, names, restval="")
        writer.writeheader()
        writer.writerows(rows)

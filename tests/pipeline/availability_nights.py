"""Hypothesis strategies for availability night by night: what arrives when, out of order, late, corrected or withdrawn.

A story is one generated contract (availability_worlds) whose environments live through several months, with every row
given the night on which it arrives. Probes fall silent, fail or hold across the ends of months.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st

from tests.oracles.availability import CAUSES, Row
from tests.pipeline import availability_worlds as worlds

# A night that ends in the month in which it began, one that skips a month, one asked again, one about the past.
NIGHTS = tuple(
    datetime(*at, tzinfo=UTC)
    for at in [
        (2026, 3, 3, 5),
        (2026, 3, 31, 22),
        (2026, 4, 8, 9, 37),
        (2026, 4, 8, 9, 37),
        (2026, 3, 31, 23, 30),
        (2026, 6, 2, 3),
        (2026, 6, 3, 3),
    ]
)
SCENES = tuple(
    datetime(*day, tzinfo=UTC)
    for day in [(2026, 2, 1), (2026, 3, 1), (2026, 4, 1), (2026, 5, 1), (2026, 6, 1)]
)
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
    arrivals: dict[str, dict[int, list[Row]]] = {table: defaultdict(list) for table in SOURCES}

    def arrive(table: str, at: datetime, row: Row) -> None:
        """On the first night asked about a later instant, or on a later one."""
        soonest = next((n for n, night in enumerate(NIGHTS) if night > at), len(NIGHTS) - 1)
        late = draw(st.sampled_from([0, 0, 0, 0, 1, 2]))
        arrivals[table][min(soonest + late, len(NIGHTS) - 1)].append(row)

    for row in example.environments:
        night = draw(st.sampled_from([0, 0, 0, 1, 2]))
        arrivals["environments"][night].append(row)
        if draw(st.integers(0, 3)) == 0:  # told otherwise later
            other = {"closed_on": draw(st.sampled_from(["2026-03-15", "2026-04-01", "2026-07-01", ""]))}
            arrivals["environments"][draw(st.integers(night, len(NIGHTS) - 1))].append({**row, **other})
        environment = row["environment_id"]
        for scene in draw(st.lists(st.sampled_from(SCENES), min_size=1, max_size=4, unique=True)):
            for probe in range(draw(st.sampled_from([1, 1, 2]))):
                _gather(draw, arrive, _burst(draw, environment, f"p{probe}", scene))
            if draw(st.integers(0, 3)) == 0:
                outage = _outage(draw, environment, scene)
                arrive("outages", _at(outage["down_from"]), outage)
                if draw(st.booleans()):  # its end is told later, or corrected
                    ended = _at(outage["down_from"]) + timedelta(hours=draw(st.sampled_from([1, 30, 400])))
                    arrive("outages", ended, {**outage, "down_until": worlds.iso(ended)})
            if draw(st.integers(0, 2)) == 0:
                begun = scene + timedelta(minutes=draw(st.integers(-900, 900)))
                length = draw(st.sampled_from([None, 3600, 86_400, 40 * 86_400]))
                interruption = {
                    "interruption_id": f"{environment}-{scene:%m}",
                    "contract_id": draw(st.sampled_from(["", name])),
                    "environment_id": "",
                    "cause": draw(st.sampled_from(CAUSES)),
                    "starts_at": worlds.iso(begun),
                    "ends_at": "" if length is None else worlds.iso(begun + timedelta(seconds=length)),
                }
                if not interruption["contract_id"]:
                    interruption["environment_id"] = environment
                arrive("interruptions", begun, interruption)
    for table in ("checks", "outages", "interruptions"):
        instant = {"checks": "checked_at", "outages": "down_from", "interruptions": "starts_at"}[table]
        for row in getattr(example, table):
            arrive(table, _at(row[instant]), row)
    return Story(name, arrivals, example.contract)


def _gather(draw: st.DrawFn, arrive: object, rows: Sequence[Row]) -> None:
    for row in rows:
        arrive("checks", _at(row["checked_at"]), row)  # type: ignore[operator]
        if draw(st.integers(0, 15)) == 0:  # sent again with another result
            arrive(
                "checks", _at(row["checked_at"]), {**row, "status": draw(st.sampled_from(worlds.STATUSES))}
            )  # type: ignore[operator]


def _burst(draw: st.DrawFn, environment: str, probe: str, scene: datetime) -> list[Row]:
    """Checks around the start of a month, at times so rare that one holds for weeks."""
    period = draw(st.sampled_from([1800, 1800, 7200, 40_000, 500_000]))
    given = draw(st.sampled_from(["always", "always", "never", "sometimes"]))
    mood = draw(st.sampled_from([("up",), ("down",), ("up", "up", "down"), worlds.STATUSES]))
    at = scene - timedelta(seconds=draw(st.integers(0, 6 * period)))
    rows = []
    for _ in range(draw(st.integers(1, 12))):
        says = given == "always" or (given == "sometimes" and draw(st.booleans()))
        rows.append(
            {
                "environment_id": environment,
                "probe_id": probe,
                "checked_at": worlds.iso(at),
                "status": draw(st.sampled_from(mood)),
                "period_s": str(period) if says else "",
            }
        )
        at += timedelta(seconds=period * draw(st.sampled_from([1, 1, 1, 2, 3.5])))
    return rows


def _outage(draw: st.DrawFn, environment: str, scene: datetime) -> dict[str, str]:
    begun = scene + timedelta(minutes=draw(st.integers(-300, 300)))
    length = draw(st.sampled_from([None, 600, 20_000, 40 * 86_400]))
    return {
        "environment_id": environment,
        "outage_id": f"long-{scene:%m}",
        "down_from": worlds.iso(begun),
        "down_until": "" if length is None else worlds.iso(begun + timedelta(seconds=length)),
    }


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def write_contract(folder: Path, found: Sequence[Story], night: int) -> Path:
    """All contracts as one folder; on one night somebody has changed a target of the first one."""
    examples = [
        worlds.Example(
            story.name,
            (),
            (),
            (),
            (),
            _changed(story.contract) if number == 0 and night == 3 else story.contract,
        )
        for number, story in enumerate(found)
    ]
    return worlds.write(folder, examples)[1]


def _changed(contract: Mapping[str, tuple[Row, ...]]) -> Mapping[str, tuple[Row, ...]]:
    terms = tuple(
        {**row, "value": "1"} if row["term"] == "probe_validity_periods" else row for row in contract["terms"]
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
    if night == 2:
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

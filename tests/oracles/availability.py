"""Brute-force oracle for availability (rules.md section 2): no SQL, nothing shared with the models.

Time is cut at every instant at which anything at all may change; each piece between two cuts is asked, at its
first instant, what each probe said, what the quorum makes of it, whether the clock is open and which
exclusions hold. All arithmetic is in whole microseconds, so that figures are compared for equality.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, str]
SECOND = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FAR = 1 << 60
CAUSES = ("force_majeure", "client_equipment", "outside_scope", "urgent_maintenance", "maintenance_window")
WITHOUT_TERM = {
    "quorum": "majority",
    "probe_validity_periods": "3",
    "confirmation_checks": "1",
    "minimum_outage_s": "0",
}


def us(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def instant(text: str) -> int:
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    assert at.tzinfo is not None, text
    return us(at)


@dataclass(frozen=True)
class World:
    """What a run is given: rows of the inbox in reading order, rows of the contract folder by file."""

    environments: Sequence[Row] = ()
    checks: Sequence[Row] = ()
    outages: Sequence[Row] = ()
    interruptions: Sequence[Row] = ()
    contract: Mapping[str, Sequence[Row]] = field(default_factory=dict)


def read_world(inbox: Path, contract: Path) -> World:
    """The canonical CSV files of an inbox and the contract folder beside it."""

    def rows(folder: str, pattern: str = "*.csv") -> list[Row]:
        return [row for path in sorted((inbox / folder).glob(pattern)) for row in _csv(path)]

    return World(
        environments=rows("registry/canonical", "environments*.csv"),
        checks=rows("monitoring/canonical"),
        outages=rows("monitoring/outages"),
        interruptions=rows("interruptions/canonical"),
        contract={path.stem: _csv(path) for path in sorted(contract.glob("*.csv"))},
    )


def _csv(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@dataclass(frozen=True)
class Figures:
    """One environment and month, in microseconds; verdicts as rules.md words them."""

    reference: int
    observed: int
    unobserved: int
    unavailable: int
    excluded: int
    counted: int
    unobserved_unexcluded: int
    by_cause: Mapping[str, int]
    is_met: bool | None
    verdict: str | None


def _seconds(text: str) -> int:
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    return hours * 3600 + minutes * 60 + seconds


class Contract:
    """One contract's dated rows, asked for a civil day."""

    def __init__(self, contract_id: str, files: Mapping[str, Sequence[Row]]) -> None:
        self.contract_id = contract_id
        self._files = {
            name: [row for row in rows if row.get("contract_id", contract_id) == contract_id]
            for name, rows in files.items()
        }
        (head,) = {row["time_zone"] for row in self._files["contracts"]}
        self.zone = ZoneInfo(head)
        calendars = {row["holiday_calendar"] for row in self._files["contracts"]}
        self.known_from = max(
            (
                date.fromisoformat(row["covers_from"])
                for row in self._files.get("holiday_calendars", [])
                if row["holiday_calendar"] in calendars
            ),
            default=date.min,
        )
        self._holidays = {
            row["day"] for row in self._files.get("holidays", []) if row["holiday_calendar"] in calendars
        }
        self._windows: dict[tuple[str, date], list[tuple[int, int]]] = {}

    def _valid(self, name: str, day: date) -> Iterator[Row]:
        for row in self._files.get(name, []):
            until = row.get("valid_until") or "9999-12-31"
            if row["valid_from"] <= day.isoformat() < until:
                yield row

    def day_of(self, at: int) -> date:
        return (EPOCH + timedelta(microseconds=at)).astimezone(self.zone).date()

    def starts(self, day: date) -> int:
        return us(datetime.combine(day, time(), self.zone).astimezone(UTC))

    def term(self, name: str, at: int) -> str:
        return self._term(name, self.day_of(at))

    @cache  # noqa: B019  (a contract lives as long as its test)
    def _term(self, name: str, day: date) -> str:
        found = [row["value"] for row in self._valid("terms", day) if row["term"] == name]
        return found[0] if found else WITHOUT_TERM[name]

    def target(self, at: int) -> Fraction | None:
        return self._target(self.day_of(at))

    @cache  # noqa: B019
    def _target(self, day: date) -> Fraction | None:
        found = [
            Fraction(row["value"])
            for row in self._valid("targets", day)
            if row["commitment"] == "availability" and not row.get("criticality")
        ]
        return found[0] if found else None

    def exclusion(self, cause: str, at: int) -> tuple[bool, str]:
        """Whether the cause is excluded at that instant, and the clock it must lie in ('' for any)."""
        return self._exclusion(cause, self.day_of(at))

    @cache  # noqa: B019
    def _exclusion(self, cause: str, day: date) -> tuple[bool, str]:
        for row in self._valid("exclusions", day):
            if row["cause"] == cause:
                return row["is_excluded"].lower() == "true", row.get("only_inside_clock") or ""
        return False, ""

    def windows(self, clock: str, day: date) -> list[tuple[int, int]]:
        """Opening windows of one civil day in seconds of civil time: exceptions, holiday row, weekday."""
        if (clock, day) not in self._windows:
            special = [
                row
                for row in self._valid("clock_exceptions", day)
                if row["clock"] == clock and row["day"] == day.isoformat()
            ]
            weekday = "8" if day.isoformat() in self._holidays else str(day.isoweekday())
            weekly = [
                row
                for row in self._valid("clocks", day)
                if row["clock"] == clock and row["weekday"] == weekday
            ]
            self._windows[clock, day] = [
                (_seconds(row["opens"]), _seconds(row["closes"]))
                for row in (special or weekly)
                if row["opens"]
            ]
        return self._windows[clock, day]

    def is_open(self, clock: str, at: int) -> bool:
        """Open while the civil time of the instant lies in a window of its civil day."""
        civil = (EPOCH + timedelta(microseconds=at)).astimezone(self.zone)
        second = civil.hour * 3600 + civil.minute * 60 + civil.second
        return any(opens <= second < closes for opens, closes in self.windows(clock, civil.date()))

    @cache  # noqa: B019
    def edges(self, clock: str, day: date) -> set[int]:
        """Instants at which the clock may open or close: its times on that day, both when they come twice,
        and the change of hour itself."""
        found = {self._change_of_hour(day)} - {None}
        for second in {bound for window in self.windows(clock, day) for bound in window} | {0}:
            civil = datetime.combine(day, time()) + timedelta(seconds=second)
            found |= {us(civil.replace(tzinfo=self.zone, fold=fold).astimezone(UTC)) for fold in (0, 1)}
        return {at for at in found if at is not None}

    def _change_of_hour(self, day: date) -> int | None:
        low = us(datetime.combine(day, time(), UTC)) // SECOND - 86_400
        high = low + 3 * 86_400
        if self._offset(low) == self._offset(high):
            return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._offset(middle) == self._offset(low) else (low, middle)
        return high * SECOND

    def _offset(self, second: int) -> timedelta | None:
        return (EPOCH + timedelta(seconds=second)).astimezone(self.zone).utcoffset()

    def change_days(self) -> set[date]:
        """First days of every dated row: nothing in the terms changes on other days."""
        days = set()
        for rows in self._files.values():
            for row in rows:
                for text in (row.get("valid_from"), row.get("valid_until")):
                    if text:
                        days.add(date.fromisoformat(text))
        return days


@dataclass
class Probe:
    """One probe's checks: instants, states, and until when each holds."""

    at: list[int]
    state: list[str]
    until: list[int]

    def says(self, at: int) -> str:
        index = bisect_right(self.at, at) - 1
        return self.state[index] if index >= 0 and at < self.until[index] else "unobserved"


def probe(rows: Iterable[Row], contract: Contract, as_of: int) -> Probe:
    """Checks of one probe, in reading order, as far as `as_of` sees them."""
    last: dict[int, Row] = {}
    for row in rows:
        if instant(row["checked_at"]) < as_of:
            last[instant(row["checked_at"])] = row
    at = sorted(last)
    gaps = sorted(
        after - before
        for before, after in pairwise(at)
        if not last[before].get("period_s")  # a check that gives its period needs none deduced
    )
    median = gaps[(len(gaps) - 1) // 2] if gaps else 0
    names = {"up": "up", "degraded": "up", "down": "down", "unknown": "unobserved"}
    state = [names[last[t]["status"]] for t in at]
    until = []
    for index, t in enumerate(at):
        given = last[t].get("period_s")
        period = round(Fraction(given) * SECOND) if given else median
        validity = int(Fraction(contract.term("probe_validity_periods", t)) * period)
        until.append(min(at[index + 1] if index + 1 < len(at) else FAR, t + validity, as_of))
    return _confirmed(Probe(at, state, until), contract)


def _probes(checks: Mapping[str, Sequence[Row]], contract: Contract, as_of: int) -> dict[str, Probe]:
    """The probes that said anything at all by `as_of`."""
    seen = {name: probe(rows, contract, as_of) for name, rows in checks.items()}
    return {name: said for name, said in seen.items() if said.at}


def _confirmed(seen: Probe, contract: Contract) -> Probe:
    """A stretch of failed checks that is not confirmed was no outage: the probe counts as up in it."""
    state = list(seen.state)
    index = 0
    while index < len(state):
        if seen.state[index] != "down":
            index += 1
            continue
        end = index + 1
        while end < len(state) and seen.state[end] == "down" and seen.until[end - 1] == seen.at[end]:
            end += 1
        if end - index < int(contract.term("confirmation_checks", seen.at[index])):
            state[index:end] = ["up"] * (end - index)
        index = end
    return Probe(seen.at, state, seen.until)


def availability(world: World, as_of: datetime) -> dict[tuple[str, str], Figures]:
    """Figures by (environment_id, first day of the month as ISO text)."""
    end = us(as_of)
    contracts = {
        contract_id: Contract(contract_id, world.contract)
        for contract_id in {row["contract_id"] for row in world.environments}
    }
    contract_of = {row["environment_id"]: row["contract_id"] for row in world.environments}
    checks: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in world.checks:
        if row["environment_id"] in contract_of:
            checks[row["environment_id"]][row["probe_id"]].append(row)
    outages: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in world.outages:
        if row["environment_id"] in contract_of and instant(row["down_from"]) < end:
            until = instant(row["down_until"]) if row.get("down_until") else end
            outages[row["environment_id"]].append((instant(row["down_from"]), min(until, end)))
    first: dict[str, int] = {}
    for row in world.checks:
        if row["environment_id"] in contract_of and instant(row["checked_at"]) < end:
            contract_id = contract_of[row["environment_id"]]
            first[contract_id] = min(first.get(contract_id, FAR), instant(row["checked_at"]))
    for environment_id, found in outages.items():
        for begun, _ in found:
            contract_id = contract_of[environment_id]
            first[contract_id] = min(first.get(contract_id, FAR), begun)
    for contract_id, contract in contracts.items():
        if (
            contract_id not in first
        ):  # nothing was ever monitored: from the first opening on, as far as days are known
            opened = [row["opened_on"] for row in world.environments if row["contract_id"] == contract_id]
            first[contract_id] = contract.starts(max(date.fromisoformat(min(opened)), contract.known_from))
    result: dict[tuple[str, str], Figures] = {}
    for row in world.environments:
        contract = contracts[row["contract_id"]]
        start = first[row["contract_id"]]
        result.update(
            _environment(
                row,
                contract,
                _probes(checks[row["environment_id"]], contract, end),
                outages[row["environment_id"]],
                [i for i in world.interruptions if _concerns(i, row)],
                start,
                end,
            )
        )
    return result


def _concerns(interruption: Row, environment: Row) -> bool:
    return environment["environment_id"] == interruption.get("environment_id") or (
        not interruption.get("environment_id")
        and interruption.get("contract_id") == environment["contract_id"]
    )


def _months(contract: Contract, start: int, end: int) -> Iterator[tuple[date, int, int]]:
    month = contract.day_of(start).replace(day=1)
    while contract.starts(month) < end:
        after = (month + timedelta(days=32)).replace(day=1)
        yield month, contract.starts(month), min(contract.starts(after), end)
        month = after


def _environment(
    environment: Row,
    contract: Contract,
    probes: Mapping[str, Probe],
    outages: Sequence[tuple[int, int]],
    interruptions: Sequence[Row],
    start: int,
    end: int,
) -> dict[tuple[str, str], Figures]:
    opened = contract.starts(date.fromisoformat(environment["opened_on"]))
    closed = (
        contract.starts(date.fromisoformat(environment["closed_on"])) if environment.get("closed_on") else FAR
    )
    registered = [
        (
            row["cause"],
            instant(row["starts_at"]),
            min(instant(row["ends_at"]) if row.get("ends_at") else end, end),
        )
        for row in interruptions
    ]
    cuts: set[int] = {start, end, opened, closed}
    for seen in probes.values():
        cuts.update(seen.at, seen.until)
    for begun, ended in outages:
        cuts.update((begun, ended))
    for _, begun, ended in registered:
        cuts.update((begun, ended))
    changes = {contract.starts(day) for day in contract.change_days()}
    cuts.update(changes)

    def state(at: int) -> str:
        said = [seen.says(at) for seen in probes.values()]
        observed, down = sum(s != "unobserved" for s in said), sum(s == "down" for s in said)
        needed = contract.term("quorum", at)
        is_down = observed > 0 and (
            down > 0 if needed == "any" else down == observed if needed == "all" else 2 * down > observed
        )
        if is_down or any(begun <= at < ended for begun, ended in outages):
            return "down"
        return "up" if observed or (outages and not probes) else "unobserved"

    lowest = min([cut for cut in cuts if cut > -FAR], default=start)
    pieces = [(a, state(a)) for a in sorted(cut for cut in cuts if lowest <= cut < end)]
    shown = _long_enough(pieces, end, contract)

    result: dict[tuple[str, str], Figures] = {}
    for month, month_from, month_until in _months(contract, start, end):
        from_, until = max(month_from, opened), min(month_until, closed)
        if until <= from_:
            continue
        inside = {from_, until} | {cut for cut in cuts if from_ < cut < until}
        day = contract.day_of(from_) - timedelta(days=1)
        while contract.starts(day) < until:
            clocks = {contract.exclusion(cause, contract.starts(day))[1] for cause in CAUSES} - {""}
            for clock in {"reference"} | clocks:
                inside.update(cut for cut in contract.edges(clock, day) if from_ < cut < until)
            day += timedelta(days=1)
        result[environment["environment_id"], month.isoformat()] = _month(
            sorted(inside), shown, registered, contract, environment["kind"] == "production"
        )
    return result


def _long_enough(
    pieces: Sequence[tuple[int, str]], end: int, contract: Contract
) -> tuple[list[int], list[str]]:
    """Merge pieces of one state; down for less than the contract's minimum was no outage: it counts as up."""
    at: list[int] = []
    states: list[str] = []
    for begun, state in pieces:
        if not states or states[-1] != state:
            at.append(begun)
            states.append(state)
    for index, state in enumerate(states):
        until = at[index + 1] if index + 1 < len(at) else end
        if state == "down":
            minimum = Fraction(contract.term("minimum_outage_s", at[index])) * SECOND
            if until - at[index] < minimum:
                states[index] = "up"
    return at, states


def _month(
    cuts: Sequence[int],
    shown: tuple[list[int], list[str]],
    registered: Sequence[tuple[str, int, int]],
    contract: Contract,
    is_production: bool,
) -> Figures:
    total: dict[str, int] = defaultdict(int)
    by_cause: dict[str, int] = defaultdict(int)
    promised = Fraction(0)
    covered = 0
    for begun, ended in pairwise(cuts):
        if not contract.is_open("reference", begun):
            continue
        length = ended - begun
        index = bisect_right(shown[0], begun) - 1
        state = shown[1][index] if index >= 0 else "unobserved"
        holding = []
        for cause, from_, until in registered:
            is_excluded, clock = contract.exclusion(cause, begun)
            if from_ <= begun < until and is_excluded and (not clock or contract.is_open(clock, begun)):
                holding.append(cause)
        total["reference"] += length
        total[state] += length
        target = contract.target(begun)
        if target is not None:
            covered += length
            promised += (100 - target) * length
        if holding and state == "down":
            total["excluded"] += length
            by_cause[min(holding, key=CAUSES.index)] += length
        if not holding and state == "unobserved":
            total["unobserved_unexcluded"] += length
    reference, counted = total["reference"], total["down"] - total["excluded"]
    is_met: bool | None = None
    verdict = None
    if is_production and reference and covered:
        allowed = promised / covered * reference
        is_met = counted * 100 <= allowed
        floor_met = (counted + total["unobserved_unexcluded"]) * 100 <= allowed
        verdict = "broken" if not is_met else "met" if floor_met else "inconclusive"
    return Figures(
        reference=reference,
        observed=total["up"] + total["down"],
        unobserved=total["unobserved"],
        unavailable=total["down"],
        excluded=total["excluded"],
        counted=counted,
        unobserved_unexcluded=total["unobserved_unexcluded"],
        by_cause=dict(by_cause),
        is_met=is_met,
        verdict=verdict,
    )


def by_name(figures: Figures) -> dict[str, Any]:
    """Figures as the mart names them, durations in exact seconds."""
    names = ("reference", "observed", "unobserved", "unavailable", "excluded", "counted")
    return {f"{name}_s": Fraction(getattr(figures, name), SECOND) for name in names}

"""Inboxes and contract folders for tests of support commitments: written as files, judged beside them by
the oracle."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from tests.oracles.business_time import Schedule, Stretch, Windows, local_midnight

Row = dict[str, object]
CLIENT_DEFAULTS = {"channel": "support", "kind": "incident"}
_FILES: Mapping[str, tuple[str, ...]] = {
    "contracts": ("title", "service", "time_zone", "holiday_calendar", "language"),
    "clocks": ("clock", "weekday", "opens", "closes"),
    "clock_exceptions": ("clock", "day", "opens", "closes"),
    "targets": ("commitment", "criticality", "value", "unit", "clock"),
    "terms": ("term", "value"),
    "exclusions": ("cause", "is_excluded", "only_inside_clock"),
    "clauses": ("article", "title", "nature", "measured_by", "why"),
    "coverage": ("channel", "kind", "reason"),
}


def iso(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def clock_text(second: int) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


@dataclass
class World:
    """Rows of an inbox and of a contract folder, to be written as CSV."""

    inbox: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    contract: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def add_contract(self, contract_id: str, clocks: Mapping[str, Schedule], **terms: str) -> None:
        """A contract whose clocks share zone and holidays, with one production environment of the client so
        named.
        """
        first = next(iter(clocks.values()))
        self._dated(
            "contracts",
            contract_id,
            title=contract_id,
            service=contract_id,
            time_zone=first.time_zone,
            holiday_calendar=contract_id,
            language="en",
        )
        self.contract["holiday_calendars"].append(
            {
                "holiday_calendar": contract_id,
                "covers_from": "2000-01-01",
                "covers_until": first.covers_until,
                "source": "test",
            }
        )
        for day in sorted(first.holidays):
            self.contract["holidays"].append({"holiday_calendar": contract_id, "day": day, "name": "closed"})
        for clock, schedule in clocks.items():
            for weekday, windows in schedule.weekly.items():
                for opens, closes in windows:
                    self._dated(
                        "clocks",
                        contract_id,
                        clock=clock,
                        weekday=weekday,
                        opens=clock_text(opens),
                        closes=clock_text(closes),
                    )
            for day, windows in schedule.exceptions.items():
                for opens, closes in windows or [(-1, -1)]:
                    times = {} if opens < 0 else {"opens": clock_text(opens), "closes": clock_text(closes)}
                    self._dated("clock_exceptions", contract_id, clock=clock, day=day, **times)
        for term, value in terms.items():
            self._dated("terms", contract_id, term=term, value=value)
        self.inbox["registry/canonical/environments.csv"].append(
            {
                "environment_id": f"env-{contract_id}",
                "client_id": contract_id,
                "client_name": contract_id,
                "contract_id": contract_id,
                "kind": "production",
                "opened_on": "2000-01-01",
                "closed_on": "",
            }
        )

    def add_target(
        self,
        contract_id: str,
        commitment: str,
        criticality: str,
        value: int,
        unit: str,
        clock: str,
        valid_from: str = "1990-01-01",
        valid_until: str = "",
    ) -> None:
        self._dated(
            "targets",
            contract_id,
            commitment=commitment,
            criticality=criticality,
            value=value,
            unit=unit,
            clock=clock,
            valid_from=valid_from,
            valid_until=valid_until,
        )

    def add_coverage(
        self, contract_id: str, channel: str, kind: str, reason: str, clause: str = "test"
    ) -> None:
        self._dated("coverage", contract_id, channel=channel, kind=kind, reason=reason, clause=clause)

    def add_ticket(self, ticket_id: str, contract_id: str, created_at: datetime, **more: object) -> None:
        instants = {name: iso(at) for name, at in more.items() if isinstance(at, datetime)}
        row = {
            "ticket_id": ticket_id,
            "client_id": contract_id,
            **CLIENT_DEFAULTS,
            "created_at": iso(created_at),
        }
        self.inbox["tickets/canonical/tickets.csv"].append({**row, **more, **instants})

    def add_pauses(self, ticket_id: str, pauses: Sequence[Stretch]) -> None:
        for paused_from, paused_until in pauses:
            self.inbox["tickets/canonical/pauses.csv"].append(
                {"ticket_id": ticket_id, "paused_from": iso(paused_from), "paused_until": iso(paused_until)}
            )

    def _dated(self, file: str, contract_id: str, **row: object) -> None:
        base = {"contract_id": contract_id, "valid_from": "1990-01-01", "valid_until": "", "clause": "test"}
        self.contract[file].append({**base, **row})

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Inbox and contract folder, written below `folder`."""
        inbox, contract = folder / "inbox", folder / "contract"
        for path, rows in self.inbox.items():
            _write(inbox / path, rows, ())
        for name, columns in _FILES.items():
            common = ("contract_id", *columns, "valid_from", "valid_until", "clause")
            _write(contract / f"{name}.csv", self.contract[name], common)
        _write(
            contract / "holiday_calendars.csv",
            self.contract["holiday_calendars"],
            ("holiday_calendar", "covers_from", "covers_until", "source"),
        )
        _write(contract / "holidays.csv", self.contract["holidays"], ("holiday_calendar", "day", "name"))
        return inbox, contract


def _write(path: Path, rows: Sequence[Row], columns: tuple[str, ...]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys([*columns, *(name for row in rows for name in row)]))
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, names, restval="")
        writer.writeheader()
        writer.writerows(rows)


# ---------------------------------------------------------------- generated worlds
HOUR = 3600
OFFICE: dict[int, Windows] = dict.fromkeys(range(1, 6), ((9 * HOUR, 17 * HOUR),))
ALWAYS: dict[int, Windows] = dict.fromkeys(range(1, 9), ((0, 24 * HOUR),))
WORKING_DAY: dict[int, Windows] = dict.fromkeys(range(1, 6), ((0, 24 * HOUR),))
NIGHT: dict[int, Windows] = {  # 22:00 to 06:00, Monday to Friday evenings, cut at midnight
    1: ((22 * HOUR, 24 * HOUR),),
    **dict.fromkeys(range(2, 6), ((0, 6 * HOUR), (22 * HOUR, 24 * HOUR))),
    6: ((0, 6 * HOUR),),
}
LUNCH: dict[int, Windows] = {
    **dict.fromkeys(range(1, 6), ((9 * HOUR, 12 * HOUR), (14 * HOUR, 18 * HOUR))),
    6: ((39600, 52200),),
}
SMALL_HOURS: dict[int, Windows] = {  # inside the hour that is missing or comes twice, at week-ends
    **dict.fromkeys(range(1, 6), ((8 * HOUR, 8 * HOUR + 600),)),
    6: ((30 * 60, 90 * 60), (2 * HOUR, 3 * HOUR)),
    7: ((0, 60), (90 * 60, 2 * HOUR + 2700), (23 * HOUR, 24 * HOUR)),
    8: ((10 * HOUR, 11 * HOUR),),
}
ODD: dict[int, Windows] = dict.fromkeys(
    range(1, 7), ((29820, 42180), (42180, 43260), (50000 // 60 * 60, 75540))
)
ZONES = (
    "UTC",
    "Europe/Paris",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Europe/London",
    "Pacific/Auckland",
    "America/St_Johns",
)
PATTERNS = (OFFICE, ALWAYS, NIGHT, LUNCH, SMALL_HOURS, ODD)
YEARS_S = 18_000_000  # 2.5 years of working days of eight hours
LIMITS_S = (1, 60, 90, 3600, 7200, 14_400, 28_800, 36_000, 72_000, 100_800, 144_000)


@dataclass(frozen=True)
class GeneratedTicket:
    """A ticket with what the oracle needs to judge it."""

    ticket_id: str
    schedule: Schedule
    allowed: timedelta
    started_at: datetime
    done_at: datetime | None
    pauses: tuple[Stretch, ...]
    days: Schedule | None = None  # a limit in working days: on this clock, `allowed` in days
    commitment: str = "take_in_charge"


def generated(
    chance: Random, contracts: int, tickets: int, as_of: datetime
) -> tuple[World, list[GeneratedTicket]]:
    """A world of random contracts, each with `tickets` tickets around a few days: changes of hour, holidays,
    exceptions.
    """
    world, made = World(), []
    for number in range(contracts):
        contract_id = f"k{number}"
        anchors = _anchors(chance, as_of)
        schedule = _schedule(chance, anchors)
        days = Schedule(schedule.time_zone, WORKING_DAY, schedule.holidays, _exceptions(chance, anchors))
        world.add_contract(
            contract_id, {"support": schedule, "working_day": days}, waiting_stops_clock="true"
        )
        limits = {name: chance.choice(LIMITS_S) for name in ("critical", "high", "moderate")}
        if is_patient := number == 0:  # limits that reach years ahead
            limits["moderate"] = YEARS_S + chance.randint(0, 100_000)
        for criticality, limit in limits.items():
            unit, size = chance.choice([("s", 1), ("min", 60), ("h", 3600)])
            value, unit = (limit, "s") if limit % size else (limit // size, unit)
            world.add_target(contract_id, "take_in_charge", criticality, value, unit, "support")
        working_days = chance.randint(600, 900) if is_patient else chance.randint(1, 8)
        world.add_target(contract_id, "fix_or_workaround", "2", working_days, "working_day", "working_day")
        for index in range(tickets // 3 if is_patient else tickets):
            ticket_id = f"{contract_id}-{index}"
            anchor = chance.choice(anchors)
            started = _instant(chance, anchor, schedule)
            is_old = anchor < as_of.date() - timedelta(days=90)
            done = _instant(
                chance, started.date() + timedelta(days=chance.choice((0, 0, 1, 3, 12))), schedule
            )
            done_at = None if chance.random() < 0.3 and not is_old else done
            pauses = _pauses(chance, started, schedule, may_stay_open=not is_old)
            world.add_pauses(ticket_id, pauses)
            if chance.random() < 0.25:
                world.add_ticket(
                    ticket_id,
                    contract_id,
                    started - timedelta(days=1),
                    kind="anomaly",
                    anomaly_level="2",
                    criticality="",
                    qualified_at=started,
                    fix_or_workaround_at=done_at,
                )
                made.append(
                    GeneratedTicket(
                        ticket_id,
                        schedule,
                        timedelta(days=working_days),
                        started,
                        done_at,
                        pauses,
                        days,
                        "fix_or_workaround",
                    )
                )
            else:
                criticality = chance.choice(list(limits))
                world.add_ticket(
                    ticket_id, contract_id, started, criticality=criticality, taken_in_charge_at=done_at
                )
                made.append(
                    GeneratedTicket(
                        ticket_id, schedule, timedelta(seconds=limits[criticality]), started, done_at, pauses
                    )
                )
    return world, made


def _anchors(chance: Random, as_of: datetime) -> list[date]:
    """Days around which tickets arrive: long ago and lately, changes of hour among them."""
    year = chance.randint(2001, as_of.year - 1)
    changes = [
        date(year, 3, 25),
        date(year, 10, 28),
        date(year, 3, 10),
        date(year, 11, 3),
        date(year, 4, 3),
        date(year, 2, 17),
    ]
    return [
        chance.choice(changes) + timedelta(days=chance.randint(-2, 7)),
        date(year, 12, 24),
        as_of.date() - timedelta(days=chance.randint(0, 25)),
    ]


def _schedule(chance: Random, anchors: Sequence[date]) -> Schedule:
    holidays = {anchor + timedelta(days=chance.randint(0, 9)) for anchor in anchors for _ in range(2)}
    return Schedule(
        chance.choice(ZONES), chance.choice(PATTERNS), frozenset(holidays), _exceptions(chance, anchors)
    )


def _exceptions(chance: Random, anchors: Sequence[date]) -> dict[date, Windows]:
    """Half days, closed days, extra openings, shifts that overlap."""
    kinds: tuple[Windows, ...] = (
        (),
        ((9 * HOUR, 12 * HOUR),),
        ((0, 24 * HOUR),),
        ((8 * HOUR, 12 * HOUR), (11 * HOUR, 15 * HOUR)),
        ((60, 120), (120, 180), (20 * HOUR, 24 * HOUR)),
        ((6 * HOUR, 20 * HOUR), (7 * HOUR, 8 * HOUR)),
    )
    return {
        anchor + timedelta(days=chance.randint(0, 9)): chance.choice(kinds)
        for anchor in anchors
        for _ in range(2)
    }


def _instant(chance: Random, day: date, schedule: Schedule) -> datetime:
    """Somewhere on that day; often exactly at, or one step beside, an edge of a window or of the day."""
    midnight = local_midnight(schedule, day)
    edges = [second for window in schedule.windows(day) for second in window] or [0]
    offset = timedelta(
        seconds=chance.choice([chance.choice(edges), chance.randint(0, 86_399), chance.randint(0, 86_399)])
    )
    step = chance.choice(
        [
            timedelta(),
            timedelta(),
            timedelta(seconds=1),
            timedelta(seconds=-1),
            timedelta(microseconds=1),
            timedelta(microseconds=250_000),
        ]
    )
    return midnight + offset + step


def _pauses(
    chance: Random, started: datetime, schedule: Schedule, *, may_stay_open: bool
) -> tuple[Stretch, ...]:
    """None to four stretches: overlapping, touching, before the start, some without an end (the oracle walks
    to as_of).
    """
    pauses: list[Stretch] = []
    for _ in range(chance.choice((0, 0, 1, 2, 4))):
        since = _instant(
            chance, started.date() + timedelta(days=chance.choice((-1, 0, 0, 0, 1, 2))), schedule
        )
        length = chance.choice((60, 3600, 7200, 30_000, 86_400, 200_000, 600_000))
        until = None if may_stay_open and chance.random() < 0.2 else since + timedelta(seconds=length)
        pauses.append((since, until))
    return tuple({since: (since, until) for since, until in pauses}.values())

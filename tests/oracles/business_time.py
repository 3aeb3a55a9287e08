"""Oracle for business time: walks the clock minute by minute, in plain Python with zoneinfo, and knows no
SQL.

A clock is open at an instant when the civil time there lies in a window of that civil date: exceptions
first, then the holiday row, then the weekday (rules.md section 1). Everything else is counting the open
seconds one after another. Window bounds and zone offsets are whole minutes here, so a UTC minute is all
open or all closed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
Windows = Sequence[tuple[int, int]]  # seconds since local midnight, half-open
Stretch = tuple[datetime, datetime | None]  # half-open; no end: still under way


@dataclass(frozen=True)
class Schedule:
    """One clock: windows by weekday (1 Monday to 7 Sunday, 8 a holiday), exceptions by date, holidays."""

    time_zone: str
    weekly: dict[int, Windows]
    holidays: frozenset[date] = frozenset()
    exceptions: dict[date, Windows] = field(default_factory=dict)
    covers_until: date = date(2041, 1, 1)
    _stretches: dict[date, list[tuple[datetime, datetime]]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def end(self) -> datetime:
        """First instant of which the calendar says nothing."""
        return datetime(
            self.covers_until.year, self.covers_until.month, self.covers_until.day, tzinfo=self.zone
        )

    def windows(self, day: date) -> Windows:
        if day in self.exceptions:
            return self.exceptions[day]
        return self.weekly.get(8 if day in self.holidays else day.isoweekday(), ())

    def is_open(self, at: datetime) -> bool:
        civil = at.astimezone(self.zone)
        second = civil.hour * 3600 + civil.minute * 60 + civil.second
        return any(opens <= second < closes for opens, closes in self.windows(civil.date()))

    def open_stretches(self, day: date) -> list[tuple[datetime, datetime]]:
        """Open stretches of a UTC day, found by asking each of its minutes; looked up once per day."""
        if day not in self._stretches:
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
            found: list[tuple[datetime, datetime]] = []
            for number in range(1440):
                minute = midnight + MINUTE * number
                if not self.is_open(minute):
                    continue
                if found and found[-1][1] == minute:
                    found[-1] = (found[-1][0], minute + MINUTE)
                else:
                    found.append((minute, minute + MINUTE))
            self._stretches[day] = found
        return self._stretches[day]

    def open_pieces(
        self, since: datetime, pauses: Sequence[Stretch] = ()
    ) -> Iterator[tuple[datetime, datetime]]:
        """Open stretches from `since` on, less the pauses, until the calendar ends."""
        day = since.astimezone(UTC).date()
        while datetime(day.year, day.month, day.day, tzinfo=UTC) < self.end:
            for opens, closes in self.open_stretches(day):
                if closes > since:
                    yield from _less((max(opens, since), min(closes, self.end)), pauses)
            day += DAY


def _less(piece: tuple[datetime, datetime], pauses: Iterable[Stretch]) -> Iterator[tuple[datetime, datetime]]:
    """What is left of a stretch when the pauses are cut out of it."""
    left = [piece]
    for paused_from, paused_until in pauses:
        cut = []
        for since, until in left:
            cut.append((since, min(until, paused_from)))
            if paused_until is not None:
                cut.append((max(since, paused_until), until))
        left = [(since, until) for since, until in cut if since < until]
    yield from sorted(set(left))


def elapsed(
    schedule: Schedule, since: datetime, until: datetime, pauses: Sequence[Stretch] = ()
) -> timedelta:
    """Business time from one instant to another; zero when the second comes first."""
    total = timedelta()
    for piece_from, piece_until in schedule.open_pieces(since, pauses):
        if piece_from >= until:
            break
        total += min(piece_until, until) - piece_from
    return total


def next_opening(schedule: Schedule, at: datetime) -> datetime | None:
    """R8: the instant itself when the clock is open, else the next opening."""
    return next((piece_from for piece_from, _ in schedule.open_pieces(at)), None)


def deadline(
    schedule: Schedule, since: datetime, allowed: timedelta, pauses: Sequence[Stretch] = ()
) -> datetime | None:
    """The earliest instant at which the clock shows the limit: closing time, not the next opening."""
    left = allowed
    for piece_from, piece_until in schedule.open_pieces(since, pauses):
        if piece_until - piece_from >= left:
            return piece_from + left
        left -= piece_until - piece_from
    return None


def is_working_day(schedule: Schedule, day: date) -> bool:
    return bool(schedule.windows(day))


def local_midnight(schedule: Schedule, day: date) -> datetime:
    """First instant of a civil day: midnight, or what the clock jumps to where there is none."""
    at = datetime(day.year, day.month, day.day, tzinfo=schedule.zone).astimezone(UTC) - timedelta(hours=3)
    while at.astimezone(schedule.zone).date() < day:
        at += MINUTE
    return at


def working_days_deadline(
    schedule: Schedule, since: datetime, days: int, pauses: Sequence[Stretch] = ()
) -> datetime | None:
    """R10: the end of the last day; the first day does not count, nor one that was waited through from end to
    end.
    """
    day, left = since.astimezone(schedule.zone).date(), days
    while left:
        day += DAY
        if day >= schedule.covers_until:
            return None
        if is_working_day(schedule, day):
            whole = (local_midnight(schedule, day), local_midnight(schedule, day + DAY))
            left -= any(True for _ in _less(whole, pauses))
    return local_midnight(schedule, day + DAY)


def known_at(as_of: datetime, pauses: Sequence[Stretch]) -> list[tuple[datetime, datetime]]:
    """What was known of the waiting: what had not begun is none, what had not ended lasts until then."""
    return [(since, min(until or as_of, as_of)) for since, until in pauses if since < as_of]


def done_by(as_of: datetime, done_at: datetime | None) -> datetime | None:
    return done_at if done_at is not None and done_at <= as_of else None


@dataclass(frozen=True)
class Judgement:
    """What `ticket_commitments` must say of one commitment. `allowed` and `elapsed` without what was waited."""

    clock_started_at: datetime | None
    due_at: datetime | None
    allowed: timedelta | None
    elapsed: timedelta
    outcome: str


def judge(
    schedule: Schedule,
    started_at: datetime,
    allowed: timedelta,
    done_at: datetime | None,
    as_of: datetime,
    pauses: Sequence[Stretch] = (),
) -> Judgement:
    """Rules.md section 4: business time used against the limit, as it was known at `as_of`."""
    known, done = known_at(as_of, pauses), done_by(as_of, done_at)
    used = elapsed(schedule, started_at, done or as_of, known)
    outcome = "breached" if used > allowed else "running" if done is None else "met"
    return Judgement(
        next_opening(schedule, started_at),
        deadline(schedule, started_at, allowed, known),
        allowed,
        used,
        outcome,
    )


def judge_days(
    schedule: Schedule,
    started_at: datetime,
    days: int,
    done_at: datetime | None,
    as_of: datetime,
    pauses: Sequence[Stretch] = (),
) -> Judgement:
    """R10: the verdict is by the last instant of the last day; the seconds are those the clock was open after the first
    day."""
    known, done = known_at(as_of, pauses), done_by(as_of, done_at)
    due = working_days_deadline(schedule, started_at, days, known)
    since = local_midnight(schedule, started_at.astimezone(schedule.zone).date() + DAY)
    outcome = (
        "breached" if due is not None and (done or as_of) > due else "running" if done is None else "met"
    )
    return Judgement(
        started_at,
        due,
        None if due is None else elapsed(schedule, since, due, known),
        elapsed(schedule, since, done or as_of, known),
        outcome,
    )

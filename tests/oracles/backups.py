"""What backups are worth, said again in plain Python from section 6 of the rules, one point at a time.

Shares nothing with the SQL: nights are read off local clocks (zoneinfo), chains are walked, listings are
searched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DATA, DOCUMENTS = "data", "documents"


@dataclass(frozen=True)
class Terms:
    """What a contract promises: `kept_days` after each night, in `places` different places."""

    zone: str = "Europe/Paris"
    night_from: time = time(20)
    night_until: time = time(7)
    kept_days: int = 45
    places: int = 2
    partial_covers: bool = False
    documents_days: int = 1


@dataclass(frozen=True)
class Environment:
    key: str
    terms: Terms
    contract: str
    opened: date
    closed: date | None = None


@dataclass(frozen=True)
class Listing:
    repository: str
    place: str
    at: datetime
    is_complete: bool = True


@dataclass(frozen=True)
class Sighting:
    """A point as one listing shows it."""

    repository: str
    place: str
    listed_at: datetime
    environment: str
    content: str
    point: str
    started: datetime
    status: str | None = None
    scheduled: bool | None = None
    parents: tuple[str, ...] = ()
    original: str | None = None


@dataclass(frozen=True)
class Job:
    repository: str
    environment: str
    content: str
    key: str
    started: datetime
    finished: datetime | None
    status: str
    point: str | None = None


@dataclass
class Copy:
    """A point of a repository with all its visible sightings behind it."""

    last: Sighting
    place: str
    night: date
    in_night: bool
    first_seen: datetime
    last_seen: datetime
    missing_at: datetime | None
    is_present: bool
    quality: str = "good"
    told_by_job: bool = False
    acceptable: bool = True
    broken_at: datetime | None = None

    @property
    def is_good(self) -> bool:
        return self.acceptable and (self.broken_at is None or self.broken_at > self.first_seen)

    @property
    def is_restorable(self) -> bool:
        return self.is_good and self.is_present and self.broken_at is None


@dataclass
class Night:
    on: date
    covered: set[str] = field(default_factory=set)
    restorable: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    late: int = 0
    manual: int = 0
    partial: int = 0
    failed: int = 0
    saved_by_retry: bool = False


@dataclass
class Answer:
    """Of one environment and content."""

    needed: int
    nights: list[Night]
    gap_h: float | None
    months: dict[date, tuple[int, int, int]]
    late_manifest: bool

    @property
    def covered(self) -> int:
        return sum(len(night.covered) >= self.needed for night in self.nights)

    @property
    def restorable(self) -> int:
        return sum(len(night.restorable) >= self.needed for night in self.nights)

    @property
    def coverable(self) -> int:
        return sum(len(night.covered | night.unknown) >= self.needed for night in self.nights)


def night_of(at: datetime, terms: Terms) -> tuple[date, bool]:
    """The night an instant belongs to, and whether it lies in it or in the day that follows."""
    local = at.astimezone(ZoneInfo(terms.zone))
    clock, before = local.time().replace(fold=0), local.date() - timedelta(days=1)
    if terms.night_from < terms.night_until:
        if clock < terms.night_from:
            return before, False
        return local.date(), clock < terms.night_until
    if clock >= terms.night_from:
        return local.date(), True
    return before, clock < terms.night_until


def night_ends(night: date, terms: Terms) -> datetime:
    """First instant after a night."""
    day = night if terms.night_from < terms.night_until else night + timedelta(days=1)
    return datetime.combine(day, terms.night_until, ZoneInfo(terms.zone))


def night_begins(night: date, terms: Terms) -> datetime:
    return datetime.combine(night, terms.night_from, ZoneInfo(terms.zone))


class World:
    """All that was ever put in; `as_of` decides what is known."""

    def __init__(
        self,
        environments: Sequence[Environment],
        listings: Sequence[Listing],
        sightings: Sequence[Sighting],
        jobs: Sequence[Job],
        as_of: datetime,
    ) -> None:
        self.as_of = as_of
        self.environments = {environment.key: environment for environment in environments}
        self.listings = sorted((entry for entry in listings if entry.at <= as_of), key=lambda entry: entry.at)
        self.jobs = [
            job
            for job in jobs
            if job.environment in self.environments
            and (job.finished or job.started) <= as_of
            and job.started <= as_of
        ]
        self.copies = self._copies([s for s in sightings if s.listed_at <= as_of and s.started <= as_of])
        self._judge_by_status_and_jobs()
        self._walk_chains()

    # ------------------------------------------------------------ copies
    def _copies(self, sightings: Sequence[Sighting]) -> list[Copy]:
        seen: dict[tuple[str, str, str, str], list[Sighting]] = defaultdict(list)
        for shown_here in sightings:
            if shown_here.environment in self.environments:
                key = (shown_here.repository, shown_here.environment, shown_here.content, shown_here.point)
                seen[key].append(shown_here)
        copies = []
        for (repository, environment, _, _), shown in seen.items():
            last = max(shown, key=lambda sighting: sighting.listed_at)
            complete = self._complete(repository)
            places = [entry.place for entry in self.listings if entry.repository == repository]
            night, in_night = night_of(last.started, self.environments[environment].terms)
            present = not complete or last.listed_at >= complete[-1]
            copies.append(
                Copy(
                    last=last,
                    place=places[-1],
                    night=night,
                    in_night=in_night,
                    first_seen=min(sighting.listed_at for sighting in shown),
                    last_seen=last.listed_at,
                    missing_at=None if present else min(at for at in complete if at > last.listed_at),
                    is_present=present,
                )
            )
        return copies

    def _complete(self, repository: str) -> list[datetime]:
        return [entry.at for entry in self.listings if entry.repository == repository and entry.is_complete]

    def _terms(self, copy: Copy) -> Terms:
        return self.environments[copy.last.environment].terms

    # ------------------------------------------------------------ quality
    def _judge_by_status_and_jobs(self) -> None:
        spoilt: dict[int, set[str]] = defaultdict(set)
        for job in self.jobs:
            if job.status != "success":
                for copy in self._of_job(job):
                    spoilt[id(copy)].add(job.status)
        told: dict[int, str] = {}
        for copy in self.copies:
            listed, by_job = copy.last.status, spoilt.get(id(copy), set())
            copy.told_by_job = bool(by_job)
            if listed in ("damaged", "failed"):
                told[id(copy)] = listed
            elif "failed" in by_job:
                told[id(copy)] = "failed"
            elif listed == "partial" or by_job:
                told[id(copy)] = "partial"
        for copy in self.copies:
            quality = told.get(id(copy))
            if quality is None and any(told.get(id(other)) == "partial" for other in self._originals(copy)):
                quality = "partial"
            if quality is not None:
                copy.quality = quality
                copy.acceptable = quality == "partial" and self._terms(copy).partial_covers

    def _originals(self, copy: Copy) -> list[Copy]:
        return [
            other
            for other in self.copies
            if other.last.point == copy.last.original
            and other.last.repository != copy.last.repository
            and other.last.environment == copy.last.environment
            and other.last.content == copy.last.content
        ]

    def _of_job(self, job: Job) -> list[Copy]:
        ours = [
            copy
            for copy in self.copies
            if (copy.last.environment, copy.last.content) == (job.environment, job.content)
        ]
        if job.point is None:
            return [copy for copy in ours if self._ran_during(job, copy)]
        known = [(copy.last.point, copy) for copy in ours if copy.last.repository == job.repository]
        known += [(copy.last.original, copy) for copy in ours if copy.last.original is not None]
        exact = [copy for name, copy in known if name == job.point]
        if exact:
            return exact
        alike = [(name, copy) for name, copy in known if len(job.point) >= 8 and name.startswith(job.point)]
        return [copy for _, copy in alike] if len({name for name, _ in alike}) == 1 else []

    def _ran_during(self, job: Job, copy: Copy) -> bool:
        started = copy.last.started
        if copy.last.repository != job.repository or started < job.started:
            return False
        if started != job.started and (job.finished is None or started >= job.finished):
            return False
        for other in self.jobs:
            if other.status != "success" or (other.repository, other.environment, other.content) != (
                job.repository,
                job.environment,
                job.content,
            ):
                continue
            if other.point is not None and copy.last.point.startswith(other.point):
                return False
            if other.point is None and job.started < other.started <= started:
                return False
        return True

    # ------------------------------------------------------------ chains
    def _walk_chains(self) -> None:
        by_point: dict[tuple[str, str], list[Copy]] = defaultdict(list)
        for copy in self.copies:
            by_point[copy.last.repository, copy.last.point].append(copy)
        changed = True
        while changed:  # until nothing more breaks: cycles end too
            changed = False
            for copy in self.copies:
                for needed in copy.last.parents:
                    parents = by_point.get((copy.last.repository, needed), [])
                    ends = [self._end(parent, copy) for parent in parents] or [copy.first_seen]
                    for end in ends:
                        if end is not None and (copy.broken_at is None or end < copy.broken_at):
                            copy.broken_at, changed = end, True
        for copy in self.copies:
            if copy.quality == "good" and copy.broken_at is not None and copy.broken_at <= copy.first_seen:
                copy.quality = "broken_chain"

    @staticmethod
    def _end(parent: Copy, child: Copy) -> datetime | None:
        """Since when the child lacks its parent."""
        if not parent.acceptable:
            return child.first_seen
        ends = [at for at in (parent.missing_at, parent.broken_at) if at is not None]
        ends = [at for at in ends if at <= child.last_seen]
        return max(min(ends), child.first_seen) if ends else None

    # ------------------------------------------------------------ answers
    def verdict(self, copy: Copy) -> str:
        """R12, of one copy."""
        terms = self._terms(copy)
        last_day = copy.night + timedelta(days=terms.kept_days)
        zone = ZoneInfo(terms.zone)
        if copy.is_present:
            return "present"
        assert copy.missing_at is not None
        if copy.missing_at.astimezone(zone).date() <= last_day:
            return "expired_early"
        return "expired_on_time" if copy.last_seen.astimezone(zone).date() >= last_day else "undecidable"

    def answer(self, key: str, content: str = DATA) -> Answer:
        environment = self.environments[key]
        terms = environment.terms
        needed = terms.places if content == DATA else 1
        kept = terms.kept_days if content == DATA else terms.documents_days
        today = self.as_of.astimezone(ZoneInfo(terms.zone)).date()
        copies = [
            copy for copy in self.copies if copy.last.environment == key and copy.last.content == content
        ]
        latest = self._latest_by_place(copies)
        days = [today - timedelta(days=back) for back in range(kept, 0, -1)]
        due = [on for on in days if _promised(on, environment)]
        nights = [self._night(on, environment, content, copies, latest) for on in due]
        return Answer(
            needed=needed,
            nights=nights,
            gap_h=self._gap(environment, copies, nights),
            months=self._months(environment, content, copies, needed, kept),
            late_manifest=any(night.unknown for night in nights),
        )

    def _latest_by_place(self, copies: Sequence[Copy]) -> dict[str, datetime | None]:
        latest: dict[str, datetime | None] = {}
        for copy in copies:
            known, newest = latest.get(copy.place), max(self._complete(copy.last.repository), default=None)
            latest[copy.place] = max((at for at in (known, newest) if at is not None), default=None)
        return latest

    def _night(
        self,
        on: date,
        environment: Environment,
        content: str,
        copies: Sequence[Copy],
        latest: Mapping[str, datetime | None],
    ) -> Night:
        night = Night(on)
        ours = [copy for copy in copies if copy.night == on]
        jobs = [
            job
            for job in self.jobs
            if (job.environment, job.content) == (environment.key, content)
            and night_of(job.started, environment.terms)[0] == on
        ]
        for copy in ours:
            if copy.in_night and copy.is_good:
                night.covered.add(copy.place)
            if copy.in_night and copy.is_restorable:
                night.restorable.add(copy.place)
            if copy.is_good and not copy.in_night:
                night.manual += copy.last.scheduled is False
                night.late += copy.last.scheduled is not False
            night.partial += copy.quality == "partial"
        for place, at in latest.items():
            if place not in night.covered and (at is None or at < night_ends(on, environment.terms)):
                night.unknown.add(place)
        untold = [copy for copy in ours if copy.quality == "failed" and not copy.told_by_job]
        night.failed = sum(job.status == "failed" for job in jobs) + len(untold)
        night.saved_by_retry = self._retried(environment, ours, jobs)
        return night

    @staticmethod
    def _retried(environment: Environment, ours: Sequence[Copy], jobs: Sequence[Job]) -> bool:
        bad: dict[str, list[datetime]] = defaultdict(list)
        for job in jobs:
            if job.status != "success" and night_of(job.started, environment.terms)[1]:
                bad[job.repository].append(job.started)
        for copy in ours:
            if copy.quality in ("failed", "partial") and not copy.told_by_job and copy.in_night:
                bad[copy.last.repository].append(copy.last.started)
        return any(
            copy.in_night and copy.is_good and copy.last.started > min(bad[copy.last.repository])
            for copy in ours
            if bad.get(copy.last.repository)
        )

    def _gap(self, environment: Environment, copies: Sequence[Copy], nights: Sequence[Night]) -> float | None:
        if not nights:
            return None
        end = self.as_of
        if environment.closed is not None:
            end = min(end, datetime.combine(environment.closed, time(0), ZoneInfo(environment.terms.zone)))
        begin = night_begins(nights[0].on, environment.terms)
        starts = sorted({copy.last.started for copy in copies if copy.is_good and copy.last.started < end})
        stretches = zip(starts, [*starts[1:], end], strict=False)
        gaps = [(until - since).total_seconds() / 3600 for since, until in stretches if until >= begin]
        return max(gaps, default=None)

    def _months(
        self, environment: Environment, content: str, copies: Sequence[Copy], needed: int, kept: int
    ) -> dict[date, tuple[int, int, int]]:
        """Nights required, covered when taken, and not covered but perhaps so, by month, since the contract's first copy."""
        today = self.as_of.astimezone(ZoneInfo(environment.terms.zone)).date()
        of_contract = [
            copy.night
            for copy in self.copies
            if copy.last.content == content
            and self.environments[copy.last.environment].contract == environment.contract
            and (content == DATA or copy.last.environment == environment.key)
        ]
        if content == DATA:
            of_contract.append(today - timedelta(days=kept))
        months: dict[date, tuple[int, int, int]] = {}
        covered: dict[date, set[str]] = defaultdict(set)
        for copy in copies:
            if copy.in_night and copy.is_good:
                covered[copy.night].add(copy.place)
        on = min(of_contract, default=today)
        while on < today:
            if _promised(on, environment):
                required, done, unknown = months.get(on.replace(day=1), (0, 0, 0))
                is_covered = len(covered[on]) >= needed
                untold = self._untold(on, environment.terms, copies, kept) - covered[on]
                may_be = not is_covered and len(covered[on] | untold) >= needed
                months[on.replace(day=1)] = (required + 1, done + is_covered, unknown + may_be)
            on += timedelta(days=1)
        return months

    def _untold(self, on: date, terms: Terms, copies: Sequence[Copy], kept: int) -> set[str]:
        """Places of which no complete listing was taken while a point of the night was owed."""
        ended = night_ends(on, terms)
        owed_until = datetime.combine(on + timedelta(days=kept + 1), time(0), ZoneInfo(terms.zone))
        told = {
            copy.place
            for copy in copies
            if any(ended <= at < owed_until for at in self._complete(copy.last.repository))
        }
        return {copy.place for copy in copies} - told


def _promised(night: date, environment: Environment) -> bool:
    return environment.opened <= night and (environment.closed is None or night < environment.closed)

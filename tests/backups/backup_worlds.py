"""Hypothesis strategies for backups, written as an inbox and a contract folder and kept beside them for the oracle.

Each environment is a story of its own: repositories in one to three places, jobs that fail, are late or are
retried, chains, copies, pruning too early or in time, listings that are missed, filtered or late.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipelines.resources import ROOT
from tests.oracles.backups import DATA, DOCUMENTS, Environment, Job, Listing, Sighting, Terms

CONTRACTS = {
    "paris": Terms(kept_days=12),
    "paris-lenient": Terms(kept_days=6, places=1, partial_covers=True),
    "new-york": Terms("America/New_York", time(22, 30), time(5), kept_days=9, places=2, documents_days=2),
    "auckland": Terms("Pacific/Auckland", time(0, 15), time(4, 45), kept_days=10, places=3),
}


@dataclass
class Alive:
    """A point in a repository: from its start until it is pruned."""

    sighting: Sighting
    pruned_at: datetime | None


@dataclass
class Story:
    """What one world puts in."""

    environments: list[Environment] = field(default_factory=list)
    listings: list[Listing] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)


@st.composite
def stories(draw: st.DrawFn, environment_id: str, as_of: datetime) -> Story:
    """One environment under one of the contracts; now and then the registry, or every manifest, does not know it."""
    random = draw(st.randoms(use_true_random=True))
    story = Story()
    contract = random.choice(list(CONTRACTS))
    terms = CONTRACTS[contract]
    today = as_of.astimezone(ZoneInfo(terms.zone)).date()
    opened = today - timedelta(days=random.choice((400, 400, terms.kept_days, terms.kept_days - 1, 4, 0, -2)))
    closed = random.choice((None, None, None, today, today - timedelta(days=3), today + timedelta(days=2)))
    if closed is not None and closed <= opened:
        closed = None
    environment = Environment(environment_id, terms, contract, opened, closed)
    if random.random() > 0.04:
        story.environments.append(environment)
    if random.random() > 0.08:
        _tell(random, story, environment, as_of)
    return story


def gathered(count: int, as_of: datetime, derandomize: bool = True) -> list[Story]:
    """Stories as Hypothesis draws them, one environment each, to share one warehouse."""
    found: list[Story] = []

    @settings(
        max_examples=count,
        derandomize=derandomize,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def gather(data: st.DataObject) -> None:
        found.append(data.draw(stories(f"env-{len(found)}", as_of)))

    gather()
    return found


def together(stories: Iterable[Story]) -> Story:
    """All of them as one."""
    world = Story()
    for story in stories:
        world.environments += story.environments
        world.listings += story.listings
        world.sightings += story.sightings
        world.jobs += story.jobs
    return world


def _tell(random: Random, story: Story, environment: Environment, as_of: datetime) -> None:
    content = DOCUMENTS if random.random() < 0.15 else DATA
    repositories = [
        (f"{environment.key}-r{number}", random.choice(("north", "south", "west")))
        for number in range(random.randint(1, 4))
    ]
    written: list[Alive] = []
    for repository, place in repositories:
        alive = _write(random, story, environment, content, repository, place, as_of)
        if written and random.random() < 0.3:
            alive += _copied(random, written, repository, place)
        written += alive
        _list(random, story, alive, repository, place, as_of)


def _write(
    random: Random,
    story: Story,
    environment: Environment,
    content: str,
    repository: str,
    place: str,
    as_of: datetime,
) -> list[Alive]:
    terms = environment.terms
    zone = ZoneInfo(terms.zone)
    reliability = random.choice((1.0, 0.95, 0.8, 0.5))
    chained = random.random() < 0.35
    today = as_of.astimezone(zone).date()
    alive: list[Alive] = []
    for back in range(terms.kept_days + random.randint(0, 8), -1, -1):
        night = today - timedelta(days=back)
        for started, scheduled in _starts(random, night, terms, reliability):
            key = f"{random.choice(('snap', 'longer-name'))}{started:%m%d%H%M%S}{random.randint(0, 99):02}"
            status = random.choices((None, "good", "partial", "failed", "damaged"), (70, 15, 5, 5, 2))[0]
            sighting = Sighting(
                repository, place, started, environment.key, content, key, started, status, scheduled,
                parents=_needs(random, alive) if chained else (),
            )  # fmt: skip
            _log(random, story, sighting)
            days = random.choice(
                (terms.kept_days + 20, terms.kept_days + 1, terms.kept_days, terms.kept_days - 1, 3)
            )
            kept = (
                None if random.random() < 0.6 else started + timedelta(days=days, hours=random.randint(-2, 2))
            )
            alive.append(Alive(sighting, kept))
    return alive


def _starts(
    random: Random, night: date, terms: Terms, reliability: float
) -> Iterable[tuple[datetime, bool | None]]:
    """Instants at which points of a night and its day start, edges of the night to the second among them."""
    zone = ZoneInfo(terms.zone)
    morning = night if terms.night_from < terms.night_until else night + timedelta(days=1)
    begin = datetime.combine(night, terms.night_from, zone).astimezone(UTC)
    end = datetime.combine(morning, terms.night_until, zone).astimezone(UTC)
    if random.random() < reliability:
        inside = begin + timedelta(seconds=random.randrange(int((end - begin).total_seconds())))
        yield (
            random.choice((inside, inside, begin, end - timedelta(seconds=1))),
            random.choice((None, True, False)),
        )
    if random.random() < 0.15:
        yield (
            random.choice((end, end + timedelta(seconds=random.randrange(36_000)))),
            random.choice((None, True, False)),
        )
    if random.random() < 0.08:
        yield begin + timedelta(minutes=random.randrange(200)), None


def _needs(random: Random, alive: list[Alive]) -> tuple[str, ...]:
    if not alive or random.random() < 0.3:
        return ()
    names = [entry.sighting.point for entry in alive[-3:]]
    if random.random() < 0.05:
        names.append("never-listed")
    return tuple(random.sample(names, random.randint(1, len(names))))


def _log(random: Random, story: Story, sighting: Sighting) -> None:
    """Job records about a point: none, one that agrees or not, a retry before it, a name cut short."""
    where = (sighting.repository, sighting.environment, sighting.content)
    if random.random() < 0.12:
        failed_at = sighting.started - timedelta(minutes=random.choice((20, 90)))
        finished = random.choice((None, failed_at + timedelta(minutes=random.choice((5, 60)))))
        story.jobs.append(
            Job(*where, f"try-{len(story.jobs)}", failed_at, finished, random.choice(("failed", "partial")))
        )
    if random.random() < 0.5:
        return
    status = random.choices(("success", "partial", "failed"), (90, 6, 4))[0]
    name = random.choice((sighting.point, sighting.point[:9], sighting.point[:5], None))
    started = sighting.started - timedelta(seconds=random.choice((0, 0, 30)))
    finished = random.choice((None, sighting.started + timedelta(minutes=10)))
    story.jobs.append(Job(*where, f"job-{len(story.jobs)}", started, finished, status, name))


def _copied(random: Random, written: list[Alive], repository: str, place: str) -> list[Alive]:
    """The same points in another repository, under a name of their own or the same."""
    copies = []
    for entry in written:
        if entry.sighting.original is None and random.random() < 0.8:
            name = random.choice((entry.sighting.point, f"copy-of-{entry.sighting.point}"))
            copy = replace(
                entry.sighting, repository=repository, place=place, point=name, status=None,
                original=entry.sighting.point, parents=(),
            )  # fmt: skip
            copies.append(Alive(copy, entry.pruned_at if random.random() < 0.5 else None))
    unique = {entry.sighting.point: entry for entry in copies}
    return list(unique.values())


def _list(
    random: Random, story: Story, alive: list[Alive], repository: str, place: str, as_of: datetime
) -> None:
    """Listings at irregular times, some filtered, some after as_of; each shows what is there then."""
    at = min((entry.sighting.started for entry in alive), default=as_of) + timedelta(
        hours=random.randint(1, 300)
    )
    step = random.choice((24, 24, 60, 150))
    stops = as_of + timedelta(days=random.choice((3, 1, 0, 0, -1, -4)))
    times = []
    while at < stops:
        times.append(at)
        at += timedelta(hours=step, minutes=random.randint(-300, 300))
    if random.random() < 0.6 or not times:
        times.append(as_of)
    for taken in sorted(set(times)):
        complete = random.random() > 0.08
        shown = [
            entry
            for entry in alive
            if entry.sighting.started <= taken and (entry.pruned_at is None or taken < entry.pruned_at)
            and (complete or random.random() < 0.5) and random.random() > 0.005
        ]  # fmt: skip
        declared = place if random.random() > 0.02 else f"{place}-moved"
        story.listings.append(Listing(repository, declared, taken, complete))
        unique = {entry.sighting.point: entry for entry in shown}
        story.sightings += [
            replace(entry.sighting, listed_at=taken, place=declared) for entry in unique.values()
        ]


# ---------------------------------------------------------------- files
def write(story: Story, folder: Path) -> tuple[Path, Path]:
    """Inbox and contract folder of a story."""
    inbox, contract = folder / "inbox", folder / "contract"
    _csv(
        inbox / "registry/canonical/environments.csv",
        (
            {"environment_id": entry.key, "client_id": f"client-{entry.key}", "contract_id": entry.contract,
             "kind": "production", "opened_on": entry.opened, "closed_on": entry.closed}
            for entry in story.environments
        ),
    )  # fmt: skip
    _csv(
        inbox / "backups/canonical/listings.csv",
        (
            {"repository_id": entry.repository, "place": entry.place, "listed_at": _iso(entry.at),
             "points": 0, "is_complete": str(entry.is_complete).lower()}
            for entry in story.listings
        ),
    )  # fmt: skip
    _csv(
        inbox / "backups/canonical/points.csv",
        (
            {"repository_id": entry.repository, "place": entry.place, "listed_at": _iso(entry.listed_at),
             "environment_id": entry.environment, "content": entry.content, "point_id": entry.point,
             "started_at": _iso(entry.started), "status": entry.status,
             "is_scheduled": None if entry.scheduled is None else str(entry.scheduled).lower(),
             "parent_point_id": " ".join(entry.parents), "original_point_id": entry.original}
            for entry in story.sightings
        ),
    )  # fmt: skip
    _csv(
        inbox / "backups/canonical/jobs.csv",
        (
            {"repository_id": entry.repository, "environment_id": entry.environment, "content": entry.content,
             "job_id": entry.key, "started_at": _iso(entry.started), "finished_at": _iso(entry.finished),
             "status": entry.status, "point_id": entry.point}
            for entry in story.jobs
        ),
    )  # fmt: skip
    shutil.copytree(ROOT / "data/contract", contract)
    for name, terms in CONTRACTS.items():
        _bind(contract, name, terms)
    return inbox, contract


def _bind(folder: Path, contract: str, terms: Terms) -> None:
    dated = {"contract_id": contract, "valid_from": "2010-01-01", "valid_until": "", "clause": "test"}
    calendar = next(csv.DictReader((folder / "holiday_calendars.csv").open(encoding="utf-8")))[
        "holiday_calendar"
    ]
    titled = {**dated, "title": contract, "service": contract, "language": "en"}
    _append(folder / "contracts.csv", [{**titled, "time_zone": terms.zone, "holiday_calendar": calendar}])
    promised = (("backup_retention", terms.kept_days, "day"), ("backup_places", terms.places, "count"))
    _append(
        folder / "targets.csv",
        [{**dated, "commitment": name, "value": value, "unit": unit} for name, value, unit in promised],
    )
    said = (
        ("backup_night_from", terms.night_from.isoformat()),
        ("backup_night_until", terms.night_until.isoformat()),
        ("backup_partial_covers", str(terms.partial_covers).lower()),
        ("documents_backup_cycle_days", terms.documents_days),
    )
    _append(folder / "terms.csv", [{**dated, "term": name, "value": value} for name, value in said])


def _iso(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _csv(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    found = list(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(found[0]) if found else ["empty"])
        writer.writeheader()
        writer.writerows(found)


def _append(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    with path.open(encoding="utf-8", newline="") as text:
        header = next(csv.reader(text))
    with path.open("a", encoding="utf-8", newline="") as text:
        csv.DictWriter(text, header, restval="").writerows(rows)

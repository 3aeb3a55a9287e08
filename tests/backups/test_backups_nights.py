"""A warehouse fed night by night: listings late, out of order, twice or corrected, and a question about the past."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb

from pipelines.resources import WORK_DATABASE
from pipelines.warehouse import dbt_project
from tests.backups.backup_worlds import Story, gathered, together, write
from tests.build import land
from tests.oracles.backups import Listing, Sighting
from tests.published import publish_again

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
ENVIRONMENTS = 200 if NIGHTLY else 40
AS_OF = datetime(2026, 3, 31, 7, 0, tzinfo=UTC)
QUESTIONS = tuple(AS_OF + timedelta(days=days) for days in (-6, -1, -3, 0))  # the third asks about the past
SELECTION = (
    "--select",
    "+path:models/marts/backups",
    "int_backup_night_fingerprints",
    "--resource-type",
    "model",
)
APART = ("file", "line", "point_key")  # where a row was read, and keys given in order of arrival


def marts(work: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All backup marts, less what tells where rows were read."""
    with duckdb.connect(str(work / WORK_DATABASE), read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        tables = con.execute(
            "select table_name, list(column_name order by column_index) from duckdb_columns()"
            " where schema_name = 'sla_marts' and not list_contains(?, column_name) group by all",
            [list(APART)],
        ).fetchall()
        return {
            name: con.execute(f"select {', '.join(columns)} from sla_marts.{name} order by all").fetchall()
            for name, columns in tables
        }


def build(inbox: Path, work: Path, as_of: datetime, contract: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The marts of backups, as a whole run makes them, and remembered as after one."""
    land(inbox, work, as_of, contract)
    built(work)
    return marts(work)


def built(work: Path) -> None:
    outcomes = dbt_project.build(work, *SELECTION)
    bad = [f"{outcome.unique_id}: {outcome.message}" for outcome in outcomes if outcome.is_bad]
    assert not bad, "\n".join(bad)
    dbt_project.finish(work)


def drops(random: Random, story: Story) -> list[Story]:
    """What arrives on each night: any listing on any night; some wrong at first and right on the last, some twice."""
    nights = [replace(story, listings=[], sightings=[], jobs=[]) for _ in QUESTIONS]
    nights[random.randrange(2)].jobs = story.jobs
    shown: dict[tuple[str, datetime], list[Sighting]] = {}
    for sighting in story.sightings:
        shown.setdefault((sighting.repository, sighting.listed_at), []).append(sighting)
    for listing in story.listings:
        sightings = shown.get((listing.repository, listing.at), [])
        night, last = random.choice(nights), nights[-1]
        night.listings.append(listing)
        fate = random.random()
        if night is not last and fate < 0.15:
            night.sightings += [_wrong(random, sighting) for sighting in sightings]
            last.sightings += sightings
        else:
            night.sightings += sightings
            if night is not last and fate > 0.9:
                last.listings.append(listing)
                last.sightings += sightings
    return nights


def _wrong(random: Random, sighting: Sighting) -> Sighting:
    started = sighting.started + timedelta(hours=random.choice((-9, -1, 0, 30)))
    return replace(sighting, started=started, status=random.choice((None, "partial", "failed")))


def test_marts_fed_night_by_night_are_those_of_an_empty_warehouse(tmp_path: Path) -> None:
    story = together(gathered(ENVIRONMENTS, AS_OF, derandomize=not NIGHTLY))
    inbox, contract = write(replace(story, listings=[], sightings=[], jobs=[]), tmp_path / "fed")
    work = tmp_path / "fed/work"
    for night, (come, as_of) in enumerate(zip(drops(Random(7), story), QUESTIONS, strict=True)):
        files, _ = write(come, tmp_path / f"come-{night}")
        for file in (files / "backups/canonical").iterdir():
            shutil.copy(file, inbox / f"backups/canonical/{file.stem}-{night}.csv")
        kept = build(inbox, work, as_of, contract)
        publish_again(work)
        anew = build(inbox, tmp_path / f"anew-{night}", as_of, contract)
        assert set(kept) == set(anew)
        differing = {
            name: len(set(kept[name]) ^ set(anew[name])) for name in kept if kept[name] != anew[name]
        }
        assert not differing, f"night {night}: {differing}"
        assert kept["backup_point_retention"]


@dataclass
class Feed:
    """An inbox and a contract that change between nights, and the warehouse that is fed from them."""

    folder: Path
    random: Random
    nights: int = 0
    told: int = 0

    def __post_init__(self) -> None:
        self.inbox, self.contract = write(Story(), self.folder / "fed")
        self.work = self.folder / "work"

    def tell(self, story: Story, place: str = "") -> None:
        """More rows, in files that come after all others."""
        self.told += 1
        files, _ = write(story, self.folder / f"told-{self.told}")
        for file in files.rglob("*.csv"):
            target = self.inbox / file.relative_to(files).parent / place / f"{file.stem}-{self.told:02}.csv"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)

    def change_term(self, file: str, old: str, new: str) -> None:
        path = self.contract / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def compare(self, what: str, as_of: datetime) -> None:
        """The marts of this night are those of a build from the same landing tables with nothing kept.

        Outside the nightly profile every fourth night is compared, the last one among them: what is wrongly kept stays wrong.
        """
        kept = build(self.inbox, self.work, as_of, self.contract)
        publish_again(self.work)
        self.nights += 1
        if not NIGHTLY and self.nights % 4 != 1:
            return
        empty = self.folder / "anew"
        shutil.rmtree(empty, ignore_errors=True)
        empty.mkdir()
        shutil.copy(self.work / WORK_DATABASE, empty)
        built(empty)
        anew = marts(empty)
        differing = {
            name: len(set(kept[name]) ^ set(anew[name])) for name in kept if kept[name] != anew[name]
        }
        assert not differing, f"{what}: {differing}"


def listed(story: Story, listings: list[Listing]) -> Story:
    """A story that tells these listings only, with what they show."""
    wanted = {(listing.repository, listing.at) for listing in listings}
    shown = [sighting for sighting in story.sightings if (sighting.repository, sighting.listed_at) in wanted]
    return Story(listings=listings, sightings=shown)


def test_whatever_changes_between_nights_is_followed(tmp_path: Path) -> None:
    """One kind of fact a night; what was kept from the nights before must not show."""
    story = together(gathered(24, AS_OF))
    feed = Feed(tmp_path, Random(3))
    ago = [AS_OF - timedelta(days=days) for days in range(12)]
    past = [listing for listing in story.listings if listing.at <= ago[5]]
    first, *registered = story.environments
    late, wrong = past[::7], past[3::9]
    sham = Listing(registered[0].key + "-r0", "north", ago[7], True)  # shows nothing: all its points are gone

    feed.tell(listed(story, [one for one in past if one not in late and one not in wrong]))
    mistaken = listed(story, wrong)
    feed.tell(replace(mistaken, sightings=[_wrong(feed.random, one) for one in mistaken.sightings]))
    feed.tell(Story(environments=registered))
    feed.tell(Story(listings=[sham]), "redo")
    feed.compare("first night", ago[5])
    feed.tell(listed(story, late[::2]))
    feed.tell(listed(story, wrong))
    feed.compare("late and corrected listings", ago[5])
    for file in (feed.inbox / "backups/canonical/redo").iterdir():
        file.write_text(file.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    (feed.inbox / "backups/canonical/redo/source.toml").write_text('time_zone = "UTC"\n', encoding="utf-8")
    feed.compare("withdrawn listing", ago[5])

    feed.change_term("targets.csv", ",12,day", ",11,day")
    feed.change_term(
        "terms.csv", "new-york,backup_night_from,22:30:00", "new-york,backup_night_from,21:10:00"
    )
    feed.change_term("terms.csv", "lenient,backup_partial_covers,true", "lenient,backup_partial_covers,false")
    feed.compare("promise and terms", ago[5])
    closed = [replace(one, closed=ago[9].date()) for one in registered[::4] if one.opened < ago[9].date()]
    reopened = [replace(one, closed=None) for one in registered[1::4]]
    bound = [replace(one, contract="auckland") for one in registered[2::8]]
    feed.tell(Story(environments=[first, *closed, *reopened, *bound]))
    feed.compare("registry", ago[4])
    last = {listing.repository: listing for listing in past}
    moved = listed(story, [replace(one, place="moved") for one in list(last.values())[::3]])
    feed.tell(replace(moved, sightings=[replace(one, place="moved") for one in moved.sightings]))
    feed.tell(Story(jobs=story.jobs))
    point = story.sightings[0]
    (feed.inbox / "backups/canonical/restores.csv").write_text(
        "restore_id,environment_id,asked_at,done_at,point_id,kind,result\n"
        f"r,{point.environment},{ago[8].isoformat()},{ago[7].isoformat()},{point.point},test,success\n"
    )
    feed.compare("places, jobs and a restore test registered late", ago[4])

    feed.tell(listed(story, [one for one in story.listings if one not in past] + late))
    land(feed.inbox, feed.work, ago[0], feed.contract)
    dbt_project.build(feed.work, "--select", "+int_backup_copies_located")  # and then the machine goes down
    feed.compare("after a build that did not finish", ago[4])
    feed.compare("back", ago[9])
    feed.compare("forth", ago[0])

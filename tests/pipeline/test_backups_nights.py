"""A warehouse fed night by night: listings late, out of order, twice or corrected, and a question about the past."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb

from pipelines import models
from pipelines.resources import WORK_DATABASE
from tests.build import land
from tests.oracles.backups import Sighting
from tests.pipeline.backup_worlds import Story, gathered, together, write

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
ENVIRONMENTS = 200 if NIGHTLY else 40
AS_OF = datetime(2026, 3, 31, 7, 0, tzinfo=UTC)
QUESTIONS = tuple(AS_OF + timedelta(days=days) for days in (-6, -1, -3, 0))  # the third asks about the past
SELECTION = ("--select", "+path:models/marts/backups", "--resource-type", "model")
APART = ("file", "line", "point_key", "digest")  # where a row was read, and keys given in order of arrival


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
    outcomes = models.build(work, *SELECTION)
    bad = [f"{outcome.unique_id}: {outcome.message}" for outcome in outcomes if outcome.is_bad]
    assert not bad, "\n".join(bad)
    (work / models._DIGEST).write_text(models._digest(models._CODE))  # `finish` asks for all models
    return marts(work)


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
        anew = build(inbox, tmp_path / f"anew-{night}", as_of, contract)
        assert set(kept) == set(anew)
        differing = {
            name: len(set(kept[name]) ^ set(anew[name])) for name in kept if kept[name] != anew[name]
        }
        assert not differing, f"night {night}: {differing}"
        assert kept["backup_point_retention"]


def test_a_place_or_a_promise_that_changes_between_nights_is_followed(tmp_path: Path) -> None:
    """Rows kept from the night before say the new place, the new limit and the environment's new end."""
    story = together(gathered(10, AS_OF))
    inbox, contract = write(story, tmp_path / "fed")
    work = tmp_path / "fed/work"
    build(inbox, work, AS_OF, contract)
    moved = replace(story, listings=[replace(listing, place="moved") for listing in story.listings])
    moved.sightings = [replace(sighting, place="moved") for sighting in story.sightings]
    moved.environments = [replace(entry, closed=AS_OF.date()) for entry in story.environments]
    shutil.rmtree(inbox)
    inbox, contract = write(moved, tmp_path / "moved")
    targets = contract / "targets.csv"
    targets.write_text(targets.read_text(encoding="utf-8").replace(",12,day", ",11,day"), encoding="utf-8")
    kept = build(inbox, work, AS_OF, contract)
    assert kept == build(inbox, tmp_path / "anew", AS_OF, contract)


def test_a_night_without_news_writes_no_row_of_retention_again(tmp_path: Path) -> None:
    story = together(gathered(10, AS_OF))
    inbox, contract = write(story, tmp_path / "fed")
    work = tmp_path / "fed/work"
    build(inbox, work, AS_OF, contract)

    def places() -> list[tuple[Any, ...]]:
        with duckdb.connect(str(work / WORK_DATABASE), read_only=True) as con:
            return con.execute("select rowid, point_key from sla_marts.backup_point_retention").fetchall()

    before = places()
    build(inbox, work, AS_OF + timedelta(minutes=1), contract)
    assert before
    assert places() == before

"""Publishing over the file published before must leave what publishing from nothing does, whatever happened in between."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from pipelines.errors import BuildError
from pipelines.evidence import statements
from pipelines.published import publication
from pipelines.resources import WORK_DATABASE
from pipelines.warehouse import dbt_project
from tests.published import held

FINGERPRINTS = """
create view sla_intermediate.int_backup_night_fingerprints as
    select night_on, sum(hash(point_key, listed)) as fingerprint from livret_work.sla_intermediate.points group by night_on;
"""
UPDATE = "update sla_intermediate.points set listed = listed + 1 where night_on = '2026-01-03'"
# A working database in small: marts published by parts, one of them through fingerprints, as views and tables, and others.
WORLD = """
create schema landing; create schema sla_contract; create schema sla_marts; create schema sla_intermediate;
create table sla_intermediate.points as
    select n as point_key, date '2026-01-01' + (n % 40)::integer as night_on, 0 as listed from range(400) as numbers (n);
create view sla_marts.backup_point_retention as
    select 'point ' || point_key as point_id, night_on, listed, point_key from livret_work.sla_intermediate.points;
create table sla_marts.monthly_availability as
    select 'e' || n % 7 as environment_id, date '2026-01-01' + to_months((n // 7)::integer) as month, n as counted_s
    from range(84) as numbers (n);
create table sla_marts.runs as select 1 as run_id;
create table sla_contract.clauses as select 'art. ' || n as clause from range(9) as numbers (n);
comment on view sla_marts.backup_point_retention is 'One row per point; who''s it?';
comment on column sla_marts.backup_point_retention.listed is 'Listed.';
comment on column sla_marts.runs.run_id is 'Run.';
"""

CLOSED = """
insert into sla_statements.statements
    select 'k', 'e', {}::date, 1, timestamptz '2026-03-01 00:00:00+00', 'r', 'c', 'i', '{{}}', sha256('{{}}'), '[]', '[]';
"""
CURE = "update sla_marts.backup_point_retention set point_id = 'point 5' where point_id = 'poison'"


@dataclass
class Place:
    """A working database and the file published from it."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "work" / WORK_DATABASE

    @property
    def file(self) -> Path:
        return self.folder / "livret.duckdb"

    def change(self, *statements: str) -> None:
        with duckdb.connect(str(self.database)) as con:
            for statement in statements:
                con.execute(statement)

    def publish(self) -> None:
        counts = publication.publish(self.database, self.file)
        assert {table: len(rows) for table, (_, rows) in held(self.file).items()} == counts

    def is_right(self) -> bool:
        """Whether readers find all there is in the working database."""
        return held(self.file) == held(self.database)

    def poison(self) -> None:
        """A row of the published file is changed, and nobody is told: it stays just as long as the part it is in is taken over."""
        with duckdb.connect(str(self.file)) as con:
            con.execute("update sla_marts.backup_point_retention set point_id = 'poison' where point_key = 5")
        told = self.file.stat()
        self.change(
            f"update landing.publication set bytes = {told.st_size}, modified_ns = {told.st_mtime_ns}"
        )

    def is_poisoned(self) -> bool:
        return any("poison" in row for row in held(self.file)["sla_marts.backup_point_retention"][1])


def comments(file: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(file), read_only=True) as con:
        return con.execute(
            "select schema_name, table_name, column_name, comment from duckdb_columns() where comment is not null"
            " union all select schema_name, table_name, null, comment from duckdb_tables() where comment is not null"
            " union all select schema_name, view_name, null, comment from duckdb_views() where comment is not null order by all"
        ).fetchall()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """One that was published once; the program and its marts' words are told once, not read for every publication."""
    program, parts = dbt_project.code(), publication._parts()
    monkeypatch.setattr(dbt_project, "code", lambda: program)
    monkeypatch.setattr(publication, "_parts", lambda: parts)
    made = Place(tmp_path)
    made.database.parent.mkdir()
    (made.database.parent / dbt_project._DIGEST).write_text(dbt_project.code())  # as a whole build leaves it
    made.change(WORLD, FINGERPRINTS)
    made.publish()
    return made


def test_after_any_sequence_of_changes_readers_find_what_a_file_from_nothing_holds(place: Place) -> None:
    random = Random(1)
    day = "date '2026-01-01' + {}"
    nights: list[Callable[[], str]] = [
        lambda: (
            f"update sla_intermediate.points set listed = listed + 1 where night_on > {day.format(random.randrange(40))}"
        ),
        lambda: (
            f"insert into sla_intermediate.points select 1000 + n, {day.format(random.randrange(60))}, 0 from range(5) as t (n)"
        ),
        lambda: f"delete from sla_intermediate.points where point_key % 50 = {random.randrange(50)}",
        lambda: f"delete from sla_intermediate.points where night_on = {day.format(random.randrange(40))}",
        lambda: (
            f"update sla_intermediate.points set night_on = {day.format(random.randrange(40))} where point_key % 90 = {random.randrange(90)}"
        ),
        lambda: (
            f"update sla_marts.monthly_availability set counted_s = counted_s + 1 where month = '2026-0{random.randrange(1, 10)}-01'"
        ),
        lambda: (
            "insert into sla_marts.monthly_availability select * from sla_marts.monthly_availability using sample 2 rows"
        ),
        lambda: (
            f"delete from sla_marts.monthly_availability where environment_id = 'e{random.randrange(7)}' and month > '2026-06-01'"
        ),
        lambda: (
            "insert into sla_contract.clauses values ('art. 99'); update sla_marts.runs set run_id = run_id + 1"
        ),
    ]
    taken_over = 0
    for _ in range(12):
        place.poison()
        place.change(*(make() for make in random.choices(nights, k=random.randrange(3))))
        place.publish()
        if place.is_poisoned():
            taken_over += 1
            with duckdb.connect(str(place.file)) as con:
                con.execute(CURE)
        assert place.is_right()
    assert taken_over >= 5, "too little was taken over to tell anything"


@pytest.mark.parametrize(
    "statements",
    [
        ["delete from sla_intermediate.points", "delete from sla_marts.monthly_availability"],
        ["insert into sla_marts.monthly_availability values ('e0', null, 1)"],
        ["alter table sla_marts.monthly_availability add column verdict varchar"],
        ["alter table sla_marts.monthly_availability alter counted_s type integer"],
        ["drop table sla_marts.monthly_availability"],
        ["create table sla_marts.outages as select 1 as outage_id"],
        [
            statements.CREATE + CLOSED.format("'2026-01-01'"),
            CLOSED.format("'2026-02-01'") + CLOSED.format("'2025-12-01'"),
        ],
        ["drop view sla_intermediate.int_backup_night_fingerprints", UPDATE, FINGERPRINTS],
    ],
)  # fmt: skip
def test_marts_that_come_go_and_change_their_shape_are_followed(place: Place, statements: list[str]) -> None:
    for statement in (*statements, UPDATE):
        place.change(statement)
        place.publish()
        assert place.is_right()
        assert comments(place.file) == comments(place.database)


def test_parts_that_stand_are_not_written(place: Place) -> None:
    place.poison()
    place.publish()
    assert place.is_poisoned()
    place.change(
        "update sla_intermediate.points set listed = 1 where point_key = 45"
    )  # of the same night as the point poisoned
    place.publish()
    assert not place.is_poisoned() and place.is_right()


def test_a_file_that_is_not_the_last_one_of_this_database_is_not_built_upon(place: Place) -> None:
    place.poison()
    older, working = place.folder / "older.duckdb", place.folder / "older_work.duckdb"
    shutil.copy(place.file, older)
    shutil.copy(place.database, working)
    place.publish()

    def assert_anew() -> None:
        place.publish()
        assert not place.is_poisoned() and place.is_right()
        place.poison()

    shutil.copy(older, place.file)  # an older copy put back
    assert_anew()
    shutil.copy(working, place.database)  # the working database restored from a copy, the file not
    assert_anew()
    stamp = place.database.parent / dbt_project._DIGEST
    stamp.write_text("another program's")  # what it built stands there in part
    assert_anew()
    stamp.write_text(dbt_project.code())  # and was built whole since: the file is still of the program before
    assert_anew()
    place.publish()
    assert place.is_poisoned()
    stamp.unlink()
    assert_anew()
    stamp.write_text(dbt_project.code())
    assert_anew()
    place.file.with_name("livret.duckdb.wal").write_bytes(
        b""
    )  # somebody wrote into the file, and not all of it is in it
    assert_anew()
    place.file.with_name("livret.duckdb.wal").unlink(missing_ok=True)
    place.file.unlink()
    assert_anew()
    place.file.write_text("no database")  # whatever it is: nothing that livret can make anew
    with pytest.raises(BuildError, match="not overwritten"):
        place.publish()
    assert place.file.read_text() == "no database"


def test_a_pair_put_back_together_is_built_upon(place: Place) -> None:
    """A working database and its file restored from one evening's copy go on as they did then."""
    for file in (place.database, place.file):
        shutil.copy(file, place.folder / f"copy of {file.name}")
    place.change("update sla_intermediate.points set listed = 9 where night_on < '2026-01-09'")
    place.publish()
    for file in (place.database, place.file):
        shutil.copy(place.folder / f"copy of {file.name}", file)
    place.poison()
    place.change("update sla_intermediate.points set listed = 7 where night_on = '2026-01-03'")
    place.publish()
    assert place.is_poisoned()


def test_rows_that_somebody_changed_in_the_file_are_put_right(place: Place) -> None:
    for statement in (
        "update sla_marts.monthly_availability set counted_s = 0 where month = '2026-02-01'",
        "delete from sla_marts.monthly_availability where month = '2026-02-01'",
        "delete from sla_marts.backup_point_retention where point_key = 5",
        "insert into sla_marts.backup_point_retention from sla_marts.backup_point_retention limit 1",
        "insert into sla_contract.clauses values ('none')",
        "create table sla_marts.own as select 1 as n",
    ):
        with duckdb.connect(str(place.file)) as con:
            con.execute(statement)
        place.publish()
        assert place.is_right(), statement


class Killed(BaseException):
    """As when the process is ended there."""


@pytest.mark.parametrize(
    "step", ["copied", "rewriting", "before the swap", "after the swap", "before the token"]
)
def test_a_publication_that_breaks_off_leaves_a_whole_file_and_the_next_is_right(
    place: Place, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    place.publish()
    before = held(place.file)
    place.change(
        "update sla_intermediate.points set listed = 7 where night_on = '2026-01-03'",
        "update sla_marts.runs set run_id = 2",
    )
    place.change("update sla_marts.monthly_availability set counted_s = 1 where month = '2026-02-01'")

    def killed(*arguments: object) -> None:
        raise Killed

    swap = os.replace

    def swapped(source: Path, target: Path) -> None:
        swap(source, target)
        raise Killed

    with monkeypatch.context() as patched:
        if step == "copied":
            patched.setattr(publication, "_write", killed)
        elif step == "rewriting":
            patched.setattr(publication, "_rewrite", killed)
        elif step == "before the token":
            patched.setattr(publication, "writer", killed)
        else:
            patched.setattr(os, "replace", killed if step == "before the swap" else swapped)
        with pytest.raises(Killed):
            publication.publish(place.database, place.file)
    left = held(place.file)
    assert left == before or (step in ("after the swap", "before the token") and place.is_right())
    assert [path.name for path in place.folder.glob(".*")] == []
    place.poison()
    place.change("update sla_intermediate.points set listed = 8 where night_on = '2026-01-04'")
    place.publish()
    # The file swapped in by a run that came no further bears a token that the working database does not know.
    assert place.is_poisoned() == (left == before)
    if left != before:
        assert place.is_right()


def test_a_reader_keeps_the_file_it_has_open(place: Place) -> None:
    with duckdb.connect(str(place.file), read_only=True) as con:
        place.change("update sla_intermediate.points set listed = 7")
        place.publish()
        assert con.execute("select max(listed) from sla_marts.backup_point_retention").fetchall() == [(0,)]
    assert place.is_right()

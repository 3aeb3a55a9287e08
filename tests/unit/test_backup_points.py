"""Summaries of restore points: the same whatever the order in which listings come, are corrected or are taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.landing import backup_listings, backup_points, ingestion, withdrawal
from pipelines.landing.merging import merge
from pipelines.landing.tables import TABLES

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
NAMES = ("line", "repository_id", "place", "listed_at", "environment_id", "content", "point_id", "started_at",
         "status", "parent_point_id", "file_id")  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One file: what it says of one listing, and whether it says it whole, cut or not at all."""

    repository: int
    day: int
    points: tuple[tuple[int, str | None], ...]
    is_complete: bool | None
    has_listing_row: bool


@dataclass(frozen=True)
class Undone:
    """An earlier file that is read under other settings: what it told is taken back."""

    which: int


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        ingestion.create(connection)
        yield connection


class Inbox:
    """Schema `landing` of a database in memory, emptied and fed as the merge feeds it."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.files = 0
        for (name,) in con.execute(
            "select table_name from duckdb_tables() where schema_name = 'landing' and estimated_size > 0"
        ).fetchall():
            con.execute(f"truncate landing.{name}")

    def read(self, told: Told) -> None:
        self.files += 1
        listed_at = MONDAY + timedelta(days=told.day)
        rows = [
            (line, f"r{told.repository}", "north", listed_at, f"e{point % 2}", "data", f"p{point}",
             MONDAY - timedelta(days=point) + timedelta(days=3 * (point == 3)), status,
             f"before-{status}" if status else None, self.files)
            for line, (point, status) in enumerate(told.points, 1)
        ]  # fmt: skip
        self._file()
        points = pl.DataFrame(rows, schema=list(NAMES), orient="row", infer_schema_length=None)
        listings = pl.DataFrame(
            [(1, f"r{told.repository}", "north", listed_at, len(rows), told.is_complete, self.files)],
            schema=["line", "repository_id", "place", "listed_at", "points", "is_complete", "file_id"],
            orient="row",
        )
        if rows:
            frame = _typed("points", points)
            backup_listings.refresh(self.con, frame)
            merge(self.con, TABLES["points"], frame, "run")
        if told.has_listing_row:
            merge(self.con, TABLES["listings"], _typed("listings", listings), "run")

    def undo(self, file_id: int) -> None:
        withdrawal.take_back(self.con, [file_id])

    def refresh(self) -> None:
        self.con.begin()
        backup_points.refresh(self.con)
        self.con.commit()

    def summary(self) -> dict[int, tuple[Any, ...]]:
        found = self.con.execute(
            "select point_key, repository_id, environment_id, status, started_at, first_listed_at, last_listed_at,"
            " missing_listed_at, known_at, parent_point_id, restore_points.file_id, restore_points.line"
            " from landing.restore_points inner join landing.holdings using (holding_key)"
        ).fetchall()
        assert len({row[0] for row in found}) == len(found), "a point has two summaries"
        return {row[0]: row[1:] for row in found}

    def looked_up(self) -> dict[int, tuple[Any, ...]]:
        """What the summary must say, from all that is stored."""
        listings = self.con.execute(
            "select repository_id, listed_at, is_complete from landing.listings"
        ).fetchall()
        cut = {(name, at) for name, at, whole in listings if whole is False}
        cut -= {(name, at) for name, at, whole in listings if whole}
        complete = sorted({(name, at) for name, at, _ in listings} - cut)
        rows = self.con.execute(
            "select points.point_key, repository_id, environment_id, listed_at, started_at, status, file_id, line"
            " from landing.points inner join landing.point_keys using (point_key) order by listed_at"
        ).fetchall()
        wanted: dict[int, tuple[Any, ...]] = {}
        for key in {row[0] for row in rows}:
            mine = [row for row in rows if row[0] == key]
            _, repository, environment, last, started, status, file_id, line = mine[-1]
            missing = min((at for name, at in complete if name == repository and at > last), default=None)
            known = max(max(row[3], row[4]) for row in mine)
            told = [
                row[5] for row in mine if row[5]
            ]  # a parent once told stays, whatever later listings leave out
            wanted[key] = (
                repository, environment, status, started, mine[0][3], last, missing, known,
                f"before-{told[-1]}" if told else None, file_id, line,
            )  # fmt: skip
        return wanted

    def _file(self) -> None:
        self.con.execute(
            "insert into landing.files by name select ? as file_id, 'backups' as source, 'canonical' as format,"
            " 'f' as name, '' as sha256, '' as settings_digest, 0 as size_bytes, 0 as modified_ns, 0 as rows_in,"
            " 0 as rows_accepted, 0 as rows_duplicate, 0 as rows_rejected, [] as notes, 'run' as run_id, ? as loaded_at",
            [self.files, MONDAY],
        )


def _typed(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """All columns of a landing table in their types; those not given are null."""
    columns = TABLES[name].columns
    given = rows.with_columns(
        pl.lit(None).alias(column) for column in columns if column not in rows.columns
    ).with_columns(pl.col("file_id").cast(pl.Int32))
    return given.select(*(pl.col(column).cast(kind) for column, kind in columns.items()), "file_id")


@st.composite
def told(draw: st.DrawFn) -> Told:
    points = draw(st.lists(st.integers(0, 4), unique=True, max_size=4))
    statuses = draw(st.lists(st.sampled_from((None, "good", "partial")), min_size=4, max_size=4))
    return Told(
        repository=draw(st.integers(0, 1)),
        day=draw(st.integers(0, 6)),
        points=tuple(zip(points, statuses, strict=False)),
        is_complete=draw(st.sampled_from((None, True, True, False))),
        has_listing_row=draw(st.booleans()),
    )


STEPS = st.lists(
    st.tuples(st.one_of(told(), told(), told(), st.builds(Undone, st.integers(0, 9))), st.booleans()),
    max_size=12,
)


@settings(max_examples=max(1, settings.default.max_examples // 4))
@given(steps=STEPS)
def test_restore_points_are_what_the_stored_listings_say_after_any_sequence(
    con: duckdb.DuckDBPyConnection, steps: list[tuple[Told | Undone, bool]]
) -> None:
    """Listings come in any order, twice, cut, corrected, taken back; some steps end in a crash before the summary."""
    inbox = Inbox(con)
    for step, is_summed_up in steps:
        if isinstance(step, Told):
            inbox.read(step)
        elif inbox.files:
            inbox.undo(step.which % inbox.files + 1)
        if is_summed_up:
            inbox.refresh()
            assert inbox.summary() == inbox.looked_up()
    inbox.refresh()
    assert inbox.summary() == inbox.looked_up()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """In a database of its own: where others deleted rows before, DuckDB may number the rows that stay anew."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        ingestion.create(connection)
        yield Inbox(connection)


def test_a_daily_listing_touches_what_it_shows_or_no_longer_shows_and_nothing_else(inbox: Inbox) -> None:
    inbox.read(Told(0, 0, ((0, None), (1, None)), True, True))
    inbox.read(Told(1, 0, ((2, None),), True, True))
    inbox.refresh()
    other = "select restore_points.rowid, * from landing.restore_points inner join landing.holdings using (holding_key)"
    before = inbox.con.execute(f"{other} where repository_id = 'r1'").fetchall()
    inbox.read(Told(0, 1, ((0, None), (4, None)), True, True))
    inbox.refresh()
    assert inbox.con.execute(f"{other} where repository_id = 'r1'").fetchall() == before
    gone = [row for row in inbox.summary().values() if row[6] is not None]
    assert [(row[4], row[6]) for row in gone] == [(MONDAY, MONDAY + timedelta(days=1))]


def test_a_warehouse_made_before_there_were_summaries_gets_them(inbox: Inbox) -> None:
    inbox.read(Told(0, 0, ((0, None), (1, None)), True, True))
    inbox.con.execute("drop table landing.restore_points; drop table landing.restore_points_read")
    backup_points.create(inbox.con)
    inbox.refresh()
    assert len(inbox.summary()) == 2


def test_the_parent_told_last_stays_where_an_older_one_and_a_newer_silence_arrive_together(
    inbox: Inbox,
) -> None:
    inbox.read(Told(0, 3, ((0, "good"),), True, True))
    inbox.refresh()
    inbox.read(Told(0, 1, ((0, "partial"),), True, True))
    inbox.read(Told(0, 6, ((0, None),), True, True))
    inbox.refresh()
    told = "select parent_point_id, parent_listed_at from landing.restore_points"
    assert inbox.con.execute(told).fetchall() == [("before-good", MONDAY + timedelta(days=3))]
    assert inbox.summary() == inbox.looked_up()

"""Summaries of probe days: what they say, and that order of arrival and re-sent days do not matter."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import duckdb
import polars as pl
import pytest

from pipelines.landing import probe_days

Check = tuple[int, float, str]
DAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("create schema landing")
        connection.execute(
            "create table landing.checks (line bigint, probe_key integer, checked_at timestamptz,"
            " status varchar, period_s double, sequence integer, file_id integer)"
        )
        connection.execute("create table landing.touched_probe_days (probe_key integer, day date)")
        probe_days.create(connection)
        yield connection


def add(
    con: duckdb.DuckDBPyConnection, rows: list[tuple[int, float, str]], period: float | None = 60
) -> None:
    """Checks given as (probe, seconds after midnight, status); lines in the order given."""
    at: dict[tuple[int, datetime], int] = {}
    checks = []
    for line, (probe, seconds, status) in enumerate(rows, 1):
        key = (probe, DAY + timedelta(seconds=seconds))
        sequence = at[key] = at.get(key, -1) + 1
        checks.append((line, *key, status, period, sequence, 1))
    store(con, checks)
    probe_days.touch(con, "select probe_key, checked_at from landing.checks")
    probe_days.refresh(con)


def store(con: duckdb.DuckDBPyConnection, checks: list[tuple[object, ...]]) -> None:
    names = ["line", "probe_key", "checked_at", "status", "period_s", "sequence", "file_id"]
    frame = pl.DataFrame(checks, schema=names, orient="row", infer_schema_length=None)
    con.register("frame", frame.to_arrow())
    con.execute("insert into landing.checks select * from frame")


def runs(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return con.execute(
        "select probe_key, state, epoch(first_at) - epoch($1::timestamptz),"
        " epoch(last_at) - epoch($1::timestamptz), checks, first_line, last_line"
        " from landing.probe_runs order by probe_key, first_at",
        [DAY],
    ).fetchall()


def test_probe_day_without_trouble_is_one_run(con: duckdb.DuckDBPyConnection) -> None:
    add(con, [(1, 60 * minute, "up") for minute in range(1440)])
    assert runs(con) == [(1, "up", 0, 86340, 1440, 1, 1440)]
    assert con.execute("select count(*) from landing.touched_probe_days").fetchone() == (0,)


def test_probe_day_run_ends_where_the_state_changes_and_degraded_is_up(
    con: duckdb.DuckDBPyConnection,
) -> None:
    add(
        con,
        [
            (1, 0, "up"),
            (1, 60, "degraded"),
            (1, 120, "down"),
            (1, 180, "down"),
            (1, 240, "unknown"),
            (1, 300, "up"),
        ],
    )
    assert runs(con) == [
        (1, "up", 0, 60, 2, 1, 2),
        (1, "down", 120, 180, 2, 3, 4),
        (1, "unknown", 240, 240, 1, 5, 5),
        (1, "up", 300, 300, 1, 6, 6),
    ]


def test_probe_day_run_ends_at_a_silence_and_at_midnight(con: duckdb.DuckDBPyConnection) -> None:
    add(con, [(1, 0, "up"), (1, 120, "up"), (1, 241, "up"), (1, 86400, "up")])
    assert [row[2:5] for row in runs(con)] == [(0, 120, 2), (241, 241, 1), (86400, 86400, 1)]


def test_probe_day_last_row_of_an_instant_is_what_holds_on(con: duckdb.DuckDBPyConnection) -> None:
    add(con, [(1, 0, "down"), (1, 0, "up"), (1, 60, "up"), (1, 60, "down"), (1, 60, "up")])
    assert runs(con) == [(1, "up", 0, 60, 2, 2, 5)]


def test_probe_day_gaps_are_kept_where_no_period_is_given(con: duckdb.DuckDBPyConnection) -> None:
    add(con, [(1, 0, "up"), (1, 10, "up"), (1, 20, "up"), (1, 50, "up")], period=None)
    add(con, [(2, 0, "up"), (2, 10, "up")], period=10)
    assert con.execute("select * exclude (day) from landing.probe_gaps order by all").fetchall() == [
        (1, 10_000_000, 2),
        (1, 30_000_000, 1),
    ]


def test_probe_days_are_the_same_whatever_the_order_of_arrival(con: duckdb.DuckDBPyConnection) -> None:
    dice = random.Random(7)
    rows = [
        (probe, 61 * step, dice.choice(["up", "up", "up", "down"]))
        for probe in (1, 2, 3)
        for step in range(3000)
    ]
    add(con, rows)
    whole = [row[:5] for row in runs(con)]
    con.execute("delete from landing.checks; delete from landing.probe_runs")
    dice.shuffle(rows)
    for start in range(0, len(rows), 1000):
        add(con, rows[start : start + 1000])
    assert [row[:5] for row in runs(con)] == whole
    assert len({row[1] for row in whole}) == 2


def test_probe_days_in_small_portions_are_the_same(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(probe, 3600 * hour, "up") for probe in (1, 2) for hour in range(100)]
    add(con, rows, period=3600)
    whole = runs(con)
    monkeypatch.setattr(probe_days, "PROBE_DAYS_AT_ONCE", 3)
    monkeypatch.setattr(probe_days, "ORDERED_AT_ONCE", 1)
    probe_days.touch(con, "select probe_key, checked_at from landing.checks")
    probe_days.refresh(con)
    assert runs(con) == whole
    assert len(whole) == 10


def expected(rows: list[tuple[int, float, str, float | None]]) -> list[tuple[object, ...]]:
    """The runs of checks (probe, second, status, period) by plain loops: of one instant the last row counts."""
    found: list[tuple[object, ...]] = []
    last = {(probe, at): (status, period) for probe, at, status, period in rows}
    for probe, day in sorted({(probe, at // 86400) for probe, at in last}):
        checks = sorted((at, *said) for (p, at), said in last.items() if p == probe and at // 86400 == day)
        gaps = sorted(b[0] - a[0] for a, b in itertools.pairwise(checks) if a[2] is None)
        usual = gaps[(len(gaps) - 1) // 2] if gaps else 0
        run: list[float] = []
        for before, (at, status, period) in zip([None, *checks], checks, strict=False):
            state = "up" if status == "degraded" else status
            if before is not None:
                limit = probe_days.SILENCE * (usual if before[2] is None else before[2])
                was = "up" if before[1] == "degraded" else before[1]
                if was != state or before[2] != period or at - before[0] > limit:
                    found.append((probe, was, run[0], run[-1], len(run)))
                    run = []
            run.append(at)
            last_state = state
        found.append((probe, last_state, run[0], run[-1], len(run)))
    return found


@pytest.mark.parametrize("seed", range(20))
def test_probe_days_say_what_plain_loops_say_in_whatever_portions_they_come(
    con: duckdb.DuckDBPyConnection, seed: int
) -> None:
    """Portions are stored in order, as a merge leaves them; days lie in pieces, meet, interleave and touch midnight."""
    dice = random.Random(seed)
    rows: list[tuple[int, float, str, float | None]] = []
    for probe in (1, 2, 3):
        at = float(dice.randrange(70_000, 90_000))
        periods: list[float | None] = dice.choice([[60.0], [60.0, 30.0], [None], [60.0, None]])
        for _ in range(dice.randrange(1, 400)):
            rows.append(
                (probe, at, dice.choice(["up"] * 6 + ["down", "degraded", "unknown"]), dice.choice(periods))
            )
            at += dice.choice([60, 60, 60, 61, 59.999999, 120, 120.000001, 121, 0, 4000])
    in_time = sorted(rows, key=lambda row: row[1])
    size = dice.choice([len(rows), 97, 40])
    portions = [in_time[start : start + size] for start in range(0, len(rows), size)]
    if dice.random() < 0.5:
        portions = [in_time[start::3] for start in range(3)]
    told: dict[tuple[int, float], int] = {}
    arrived: list[tuple[int, float, str, float | None]] = []
    for portion in portions:
        stored = []
        for probe, at, status, period in sorted(portion, key=lambda row: row[:2]):
            sequence = told[probe, at] = told.get((probe, at), -1) + 1
            stored.append((1, probe, DAY + timedelta(seconds=at), status, period, sequence, 1))
            arrived.append((probe, at, status, period))
        store(con, stored)
        probe_days.touch(con, "select probe_key, checked_at from landing.checks")
        probe_days.refresh(con)
    assert [row[:5] for row in runs(con)] == [
        (probe, state, pytest.approx(first, abs=1e-6), pytest.approx(last, abs=1e-6), checks)
        for probe, state, first, last, checks in expected(arrived)
    ]


def test_probe_days_are_read_as_they_lie_without_ordering(con: duckdb.DuckDBPyConnection) -> None:
    """The one pass that makes summaries cheap; were it to order all checks, nothing would be wrong but the time."""
    add(con, [(1, 60 * minute, "up") for minute in range(100)])
    stretch = {"first": "2026-01-01", "until": "2027-01-01", "low": 1, "high": 2}
    row = con.execute("explain " + probe_days._LYING, stretch).fetchone()
    assert row and "landing.checks" in row[1]
    assert not any(costly in row[1] for costly in ("WINDOW", "ORDER", "JOIN", "GROUP"))


def test_probe_days_far_apart_are_read_apart(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(con, [(1, 60 * minute, "up") for minute in range(1440 * 3)])
    monkeypatch.setattr(probe_days, "ROWS_SKIPPED", 100)
    con.execute("insert into landing.touched_probe_days values (1, '2026-03-02'), (1, '2026-03-04')")
    assert [first.day for first, _ in probe_days._stretches(con)] == [2, 4]
    monkeypatch.setattr(probe_days, "ROWS_SKIPPED", 2000)
    assert [first.day for first, _ in probe_days._stretches(con)] == [2]

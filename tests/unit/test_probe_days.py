"""Summaries of probe days: what they say, and that order of arrival and re-sent days do not matter."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import duckdb
import polars as pl
import pytest

from pipelines import probe_days

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
    names = ["line", "probe_key", "checked_at", "status", "period_s", "sequence", "file_id"]
    frame = pl.DataFrame(checks, schema=names, orient="row")
    con.register("frame", frame.to_arrow())
    con.execute("insert into landing.checks select * from frame")
    probe_days.touch(con, "select probe_key, checked_at from landing.checks")
    probe_days.refresh(con)


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
    monkeypatch.setattr(probe_days, "PROBE_DAYS_AT_ONCE", 1)
    probe_days.touch(con, "select probe_key, checked_at from landing.checks")
    probe_days.refresh(con)
    assert runs(con) == whole
    assert len(whole) == 10

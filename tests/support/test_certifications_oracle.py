"""Certifications of random users against an oracle that asks of each day what a user was.

One build serves all worlds, whose rows are put straight into landing: the models on the way are views, but for two tables of
tickets that are made again for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.build import build
from tests.oracles import certifications as oracle
from tests.oracles.business_time import Schedule
from tests.support.ticket_worlds import OFFICE, World

TODAY = date(2026, 3, 10)
AS_OF = datetime(2026, 3, 10, 12, tzinfo=UTC)
TERMS = oracle.Terms(pass_mark=70, wait_days=7, learning_months=6)
USERS, MODULES = ("ann", "bob"), ("", "tax")
MART = "user_certifications"
TABLES = ("int_ticket_fingerprints", "int_ticket_due", "int_tickets_placed")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, world = tmp_path_factory.mktemp("certifications"), World()
    world.add_contract("desk", {"support": Schedule("Europe/Paris", OFFICE)}, learning_phase_months="6")
    for commitment, value, unit in (
        ("certification_pass_mark", 70, "pct"),
        ("certification_retry_wait", 7, "day"),
    ):
        world.add_target("desk", commitment, "", value, unit, "")
    inbox, contract = world.write(folder)
    selection = ("--select", "+models/marts/certifications", "+int_ticket_users")
    build(inbox, folder / "work", AS_OF, contract, *selection)
    return folder / "work"


@pytest.fixture(scope="module")
def con(work: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(next(work.glob("*.duckdb")))) as con:
        con.execute("set timezone = 'UTC'")
        con.begin()  # nothing is written to disk, world after world
        yield con
        con.rollback()


@pytest.fixture(scope="module")
def compiled(work: Path) -> dict[str, str]:
    """SQL of the mart and of the tables on the way to it."""
    return {
        name: next(work.glob(f"target/compiled/**/{name}.sql")).read_text(encoding="utf-8")
        for name in (MART, *TABLES)
    }


EDGES = st.sampled_from(
    [
        date(2025, 8, 31),
        date(2025, 9, 9),
        date(2025, 9, 10),
        date(2025, 9, 11),
        TODAY,
        TODAY + timedelta(days=1),
    ]
)
DAYS = st.one_of(EDGES, st.dates(date(2024, 1, 1), date(2026, 4, 1)))
SCORES = st.sampled_from([0.0, 69.99, 70.0, 70.000001, 100.0])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[oracle.World, list[tuple[str, date]]]:
    pairs = [(user, module) for user in USERS for module in MODULES]
    assignments = [
        oracle.Assignment(user, module, draw(DAYS), draw(st.none() | DAYS))
        for user, module in pairs
        if draw(st.booleans())
    ]
    attempts = []
    for number in range(draw(st.integers(0, 8))):
        user, module = draw(st.sampled_from(pairs))
        near = [attempt.on for attempt in attempts] or [TODAY]
        on = draw(
            DAYS
            | st.builds(
                lambda day, days: day + timedelta(days=days), st.sampled_from(near), st.integers(0, 8)
            )
        )
        attempts.append(oracle.Attempt(f"a{number}", user, module, on, draw(SCORES)))
    when = DAYS | st.sampled_from([attempt.on for attempt in attempts] or [TODAY])
    versions = [
        oracle.Version(draw(st.sampled_from([None, *MODULES])), draw(when))
        for _ in range(draw(st.integers(0, 3)))
    ]
    asked = [(draw(st.sampled_from(USERS)), draw(when)) for _ in range(draw(st.integers(0, 6)))]
    return oracle.World(TERMS, TODAY, assignments, attempts, versions), asked


@given(drawn=worlds())
def test_certifications_are_what_the_oracle_finds_day_by_day(
    con: duckdb.DuckDBPyConnection,
    compiled: dict[str, str],
    drawn: tuple[oracle.World, list[tuple[str, date]]],
) -> None:
    world, asked = drawn
    fill(con, world, asked)
    for table in TABLES:
        con.execute(f"create or replace table sla_intermediate.{table} as {compiled[table]}")
    statuses = dict(
        con.execute("select ticket_id, user_status from sla_intermediate.int_ticket_users").fetchall()
    )
    for number, (user, day) in enumerate(asked):
        want = world.status_of_asker(user, day) if day <= TODAY else None
        assert statuses.get(f"t{number}") == want, (user, day)
    found = con.execute(
        "select user_id, coalesce(module, ''), status, has_free_questions, learning_until, certified_on,"
        f" certified_until, attempts, attempts_too_early, next_attempt_from from ({compiled[MART]})"
    ).fetchall()
    assert sorted(found, key=str) == sorted(expected(world), key=str)


def fill(con: duckdb.DuckDBPyConnection, world: oracle.World, asked: list[tuple[str, date]]) -> None:
    for table in ("assignments", "attempts", "major_versions", "tickets"):
        con.execute(f"delete from landing.{table}")
    for line, row in enumerate(world.assignments, 2):
        con.execute(
            "insert into landing.assignments (client_id, user_id, module, assigned_on, withdrawn_on, line, file_id)"
            " values ('desk', ?, nullif(?, ''), ?, ?, ?, 1)",
            [row.user, row.module, row.assigned_on, row.withdrawn_on, line],
        )
    for line, attempt in enumerate(world.attempts, 2):
        con.execute(
            "insert into landing.attempts (client_id, attempt_id, user_id, module, attempted_on, score_pct, line, file_id)"
            " values ('desk', ?, ?, nullif(?, ''), ?, ?, ?, 1)",
            [attempt.attempt_id, attempt.user, attempt.module, attempt.on, attempt.score, line],
        )
    for line, version in enumerate(world.versions, 2):
        con.execute(
            "insert into landing.major_versions (contract_id, module, version, released_on, line, file_id)"
            " values ('desk', ?, ?, ?, ?, 1)",
            [version.module, f"v{line}", version.released_on, line],
        )
    for number, (user, day) in enumerate(asked):
        con.execute(
            "insert into landing.tickets (ticket_id, client_id, user_id, channel, kind, created_at, line, file_id)"
            " values (?, 'desk', ?, 'support', 'usage_question', ?, ?, 1)",
            [f"t{number}", user, datetime(day.year, day.month, day.day, 9, tzinfo=UTC), number + 2],
        )


def expected(world: oracle.World) -> Iterator[tuple[object, ...]]:
    """Rows of the mart, by the oracle."""
    for user in USERS:
        known = [
            module
            for module in MODULES
            if world.assignment(user, module) or world.known_attempts(user, module)
        ]
        statuses = {module: world.status(user, module) for module in known}
        is_free = (
            True
            if {"certified", "learning"} & set(statuses.values())
            else False
            if "neither" in statuses.values()
            else None
        )
        for module, status in statuses.items():
            assignment, attempts = world.assignment(user, module), world.known_attempts(user, module)
            passed = [attempt for attempt in attempts if attempt.score >= TERMS.pass_mark]
            end = world.ended_on(passed[-1]) if passed else None
            if status == "certified":
                upcoming = None
            elif attempts and attempts[-1].score < TERMS.pass_mark:
                upcoming = attempts[-1].on + timedelta(days=TERMS.wait_days)
            else:
                upcoming = end or (assignment.assigned_on if assignment else None)
            yield (
                user,
                module,
                status,
                is_free,
                oracle.last_day_of_learning(assignment.assigned_on, TERMS.learning_months) + oracle.DAY
                if assignment
                else None,
                passed[-1].on if passed else None,
                end,
                len(attempts),
                world.early(user, module),
                upcoming,
            )

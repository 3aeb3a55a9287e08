"""A working database of another version of livret is refused, not misread."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.errors import BuildError
from pipelines.landing import ingestion


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    ingestion.create(con)
    return con


def test_a_database_of_this_version_is_taken_as_it_is(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create table landing.of_somebody_else (x integer)")
    ingestion.create(con)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            "alter table landing.checks alter status type varchar",
            "landing.checks.status is VARCHAR, expected ENUM",
        ),
        ("drop table landing.probe_gaps", "landing.probe_gaps.probe_key is missing, expected INTEGER"),
        (
            "alter table landing.tickets drop column subject",
            "landing.tickets.subject is missing, expected VARCHAR",
        ),
    ],
)
def test_a_database_of_another_version_is_refused(
    con: duckdb.DuckDBPyConnection, change: str, told: str
) -> None:
    con.execute(change)
    with pytest.raises(BuildError, match=told):
        ingestion.create(con)


def test_a_creation_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    con = duckdb.connect()
    monkeypatch.setattr(
        ingestion.backup_points, "create", lambda con: con.execute("select nothing from nowhere")
    )
    with pytest.raises(duckdb.CatalogException):
        ingestion.create(con)
    con.rollback()
    monkeypatch.undo()
    ingestion.create(con)
    assert con.execute("select count(*) from landing.files").fetchone() == (0,)

"""Statements outlive the working database: read back from the published file, never overwritten, never fewer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import BuildError, InvariantError
from pipelines.evidence import statements
from pipelines.evidence.statement_keeping import refuse_fewer, take_back
from pipelines.landing import ingestion
from pipelines.published import publication
from pipelines.resources import WORK_DATABASE
from pipelines.warehouse import connections

MARTS = (
    "create schema if not exists sla_marts; create or replace table sla_marts.runs as select 'r' as run_id;"
)
Make = Callable[..., Path]


def closed(month: str, version: int = 1, figures: str = "{}", environment: str = "e") -> str:
    """SQL that writes one statement with its one input file."""
    return (
        statements.CREATE
        + f"insert into sla_statements.statements select 'k', '{environment}', '{month}-01'::date, {version},"
        f" timestamptz '2026-03-01 00:00:00+00', 'r', 'c', 'i', '{figures}', sha256('{figures}'), '[]', '[]';"
        f"insert into sla_statements.statement_inputs select '{environment}', '{month}-01'::date, {version}, 'a.csv', '01';"
    )


def kept(file: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(file), read_only=True) as con:
        return con.execute(
            "select environment_id, strftime(month, '%Y-%m'), version, figures, name from sla_statements.statements"
            " left join sla_statements.statement_inputs using (environment_id, month, version) order by all"
        ).fetchall()


@pytest.fixture(autouse=True)
def no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which marts are published by parts is asked of dbt, and no mart is here."""
    monkeypatch.setattr(publication, "_parts", dict)


@pytest.fixture
def work(tmp_path: Path) -> Make:
    """Makes a working database in a folder of its own."""

    def make(name: str, *sql: str) -> Path:
        database = tmp_path / name / WORK_DATABASE
        with connections.writer(database) as con:
            ingestion.create(con)
            for statement in (MARTS, *sql):
                con.execute(statement)
        return database

    return make


def test_a_lost_working_database_loses_no_statement(tmp_path: Path, work: Make) -> None:
    file = tmp_path / "livret.duckdb"
    two = [("e", "2026-01", 1, "{}", "a.csv"), ("e", "2026-02", 1, "{}", "a.csv")]
    publication.publish(work("first", closed("2026-01"), closed("2026-02")), file)
    fresh = work("second")
    for _ in range(2):  # idempotent
        publication.publish(fresh, file)
        assert kept(file) == kept(fresh) == two
    publication.publish(work("third", closed("2026-03"), closed("2026-02")), file)
    assert kept(file) == [*two, ("e", "2026-03", 1, "{}", "a.csv")]


def test_the_advice_after_an_upgrade_loses_nothing_when_followed(tmp_path: Path, work: Make) -> None:
    file, old = tmp_path / "livret.duckdb", work("old", closed("2026-01"))
    publication.publish(old, file)
    with connections.writer(old) as con:
        con.execute("alter table landing.holds drop column reason")
        with pytest.raises(BuildError, match=r"move the \.work folder.*taken back from the published file"):
            ingestion.create(con)
    old.parent.rename(tmp_path / "away")
    publication.publish(work("old"), file)
    assert kept(file) == [("e", "2026-01", 1, "{}", "a.csv")]


def test_another_statement_of_the_same_month_and_version_is_never_overwritten(
    tmp_path: Path, work: Make
) -> None:
    file = tmp_path / "livret.duckdb"
    publication.publish(work("one", closed("2026-01"), closed("2026-02", figures='{"a": 1}')), file)
    other = work("two", closed("2026-02", figures='{"a": 2}'))
    before = file.read_bytes()
    with pytest.raises(InvariantError, match=r"other statements of e 2026-02 version 1 than"):
        publication.publish(other, file)
    assert file.read_bytes() == before
    assert kept(other) == [("e", "2026-02", 1, '{"a": 2}', "a.csv")]


def test_versions_of_both_sides_are_kept_beside_each_other(tmp_path: Path, work: Make) -> None:
    file = tmp_path / "livret.duckdb"
    publication.publish(work("one", closed("2026-01"), closed("2026-01", 2, '{"a": 1}')), file)
    publication.publish(work("two", closed("2026-01"), closed("2026-01", environment="f")), file)
    assert [row[:3] for row in kept(file)] == [("e", "2026-01", 1), ("e", "2026-01", 2), ("f", "2026-01", 1)]


def test_figures_that_somebody_altered_in_the_file_are_not_taken_back(tmp_path: Path, work: Make) -> None:
    file = tmp_path / "livret.duckdb"
    publication.publish(work("one", closed("2026-01")), file)
    with duckdb.connect(str(file)) as con:
        con.execute("update sla_statements.statements set figures = '{\"a\": 0}'")
    with pytest.raises(InvariantError, match="somebody altered them"):
        publication.publish(work("two"), file)


@pytest.mark.parametrize("lost", ["drop schema sla_statements cascade", "delete from sla_statements.statements",
                                  "update sla_statements.statements set as_of = as_of + interval 1 day"])  # fmt: skip
def test_a_file_with_fewer_statements_takes_no_others_place(tmp_path: Path, work: Make, lost: str) -> None:
    old, new = work("old", closed("2026-01")), work("new", closed("2026-01"))
    refuse_fewer(old, new)
    with duckdb.connect(str(new)) as con:
        con.execute(lost)
    with pytest.raises(InvariantError, match="e 2026-01 version 1 would be lost"):
        refuse_fewer(old, new)


@pytest.mark.parametrize("content", ["no database", "", None])
def test_what_livret_did_not_publish_is_not_overwritten(
    tmp_path: Path, work: Make, content: str | None
) -> None:
    file = tmp_path / "livret.duckdb"
    if content is None:
        with duckdb.connect(str(file)) as con:
            con.execute("create table somebodys_own as select 1 as n")
    else:
        file.write_text(content)
    before = file.read_bytes()
    with pytest.raises(BuildError, match=r"not a file that `livret run` published.*not overwritten"):
        publication.publish(work("work"), file)
    assert file.read_bytes() == before


def test_statements_of_another_shape_are_refused_and_not_cut(tmp_path: Path, work: Make) -> None:
    file = tmp_path / "livret.duckdb"
    publication.publish(
        work("one", closed("2026-01"), "alter table sla_statements.statements add column signed_by varchar"),
        file,
    )
    with (
        connections.writer(work("two")) as con,
        pytest.raises(BuildError, match="another version of livret wrote"),
    ):
        take_back(con, file)

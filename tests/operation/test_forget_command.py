"""`livret forget`: asks, refuses where nobody can be asked, writes down who, when and why, and lets nothing be built upon before
the next run."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from pipelines.cli import cli
from pipelines.errors import BuildError, ConfigurationError
from pipelines.warehouse.connections import only_run
from tests.build import land

NAME = "tickets/canonical/tickets.csv"


@pytest.fixture
def places(tmp_path: Path) -> list[object]:
    path = tmp_path / "inbox" / NAME
    path.parent.mkdir(parents=True)
    path.write_text(
        "ticket_id,client_id,channel,kind,criticality,created_at\nt,c,support,incident,high,2026-06-01T10:00:00Z\n"
    )
    land(tmp_path / "inbox", tmp_path / "livret.work", datetime(2026, 6, 10, tzinfo=UTC))
    (tmp_path / "livret.work" / "answered.json").write_text("{}")
    return ["--inbox", tmp_path / "inbox", "--warehouse", tmp_path / "livret.duckdb"]


def livret(*words: object) -> str:
    """The command in this process, with nobody at the terminal; returns what it told, raises what it raised."""
    done = CliRunner().invoke(cli, [str(word) for word in words], catch_exceptions=False)
    return str(done.stdout)


def withdrawals(tmp_path: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(tmp_path / "livret.work" / "livret_work.duckdb"), read_only=True) as con:
        return con.execute(
            "select name, why, withdrawn_by <> '', undone_at is null from landing.withdrawals"
        ).fetchall()


def test_it_withdraws_and_undoes(places: list[object], tmp_path: Path) -> None:
    told = livret("forget", tmp_path / "inbox" / NAME, "--yes", "--why", "wrong client", "--json", *places)
    assert json.loads(told) == {"readings": 1, "stored": 1, "gone": 1, "kept": 0, "restored": 0}
    assert withdrawals(tmp_path) == [(NAME, "wrong client", True, True)]
    assert not (tmp_path / "livret.work" / "answered.json").exists(), "the next run computes anew"
    with duckdb.connect(str(tmp_path / "livret.duckdb")) as con:
        con.execute("create schema sla_marts; create table sla_marts.runs as select 'test' as run_id")
    with pytest.raises(BuildError, match="files were forgotten since"):
        livret("close", "--month", "2026-05", "--warehouse", tmp_path / "livret.duckdb")
    livret("forget", NAME, "--undo", *places)
    assert withdrawals(tmp_path) == [(NAME, "wrong client", True, False)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--why", "x"], "with --yes"),
        (["--yes"], "--why is empty"),
        (["--yes", "--why", " "], "--why is empty"),
        (["--undo"], "not withdrawn"),
        (["other.csv", "--yes", "--why", "x"], "no such file was read"),
    ],
)
def test_it_refuses_and_leaves_everything(
    places: list[object], tmp_path: Path, words: list[str], told: str
) -> None:
    with pytest.raises(ConfigurationError, match=told):  # exit status 2
        livret("forget", NAME, *words, *places)
    assert withdrawals(tmp_path) == []


def test_it_breaks_into_no_run(places: list[object], tmp_path: Path) -> None:
    with only_run(tmp_path / "livret.work"), pytest.raises(BuildError, match="another run is under way"):
        livret("forget", NAME, "--yes", "--why", "x", *places)
    assert withdrawals(tmp_path) == []

"""One contract's trouble stays its own: the others are published, and it is told (F2 and beyond)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines import models, publication, purge, set_aside, statements, summary
from pipelines.errors import BuildError
from pipelines.resources import WORK_DATABASE
from tests.conftest import livret

FIGURES = (
    "monthly_availability",
    "ticket_commitments",
    "backup_nights",
    "backup_point_retention",
    "history_purge_candidates",
)


@pytest.fixture(scope="module")
def published(faults: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The faults' warehouse, with a figure of contract `short` gone wrong as a mistake of ours would leave it, published."""
    folder = tmp_path_factory.mktemp("aside")
    shutil.copytree(faults / "work", folder / "livret.work")
    database = folder / "livret.work" / WORK_DATABASE
    with duckdb.connect(str(database)) as con:
        con.execute("update sla_marts.monthly_sla_adherence set met = met + 1 where contract_id = 'short'")
    outcomes = models.build(
        folder / "livret.work", "--select", "monthly_sla_adherence", "--resource-type", "test"
    )
    assert not [outcome for outcome in outcomes if outcome.is_bad], "a finding of one contract is no failure"
    with duckdb.connect(str(database)) as con:
        set_aside.collect(con, outcomes)
    publication.publish(database, folder / "livret.duckdb")
    return folder / "livret.duckdb"


def names(warehouse: Path, mart: str) -> set[str]:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        columns = [row[0] for row in con.execute(f"describe sla_marts.{mart}").fetchall()]
        column = "contract_id" if "contract_id" in columns else "client_id"
        return {name for (name,) in con.execute(f"select distinct {column} from sla_marts.{mart}").fetchall()}


def test_a_contract_whose_figures_contradict_each_other_is_put_aside_with_the_reason(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as con:
        found = con.execute("select contract_id, finding from sla_marts.set_aside order by all").fetchall()
    assert found == [("ended", "as_of_outside_calendar"), ("short", "monthly_sla_adherence_outcomes_sum_up")]


@pytest.mark.parametrize("mart", FIGURES)
def test_no_figure_of_it_is_published_and_all_of_the_others(published: Path, faults: Path, mart: str) -> None:
    assert not names(published, mart) & {"short", "ended", "bshort", "bedge"}
    work = faults / "work" / WORK_DATABASE
    with duckdb.connect(str(published), read_only=True) as con:
        con.execute(f"attach '{work}' as livret_work (read_only)")
        column = "contract_id" if mart != "history_purge_candidates" else "client_id"
        differing = con.execute(
            f"(from sla_marts.{mart} except all from livret_work.sla_marts.{mart}) union all"
            f" (from livret_work.sla_marts.{mart} except all from sla_marts.{mart})"
        ).fetchall()
        place = [row[0] for row in con.execute(f"describe sla_marts.{mart}").fetchall()].index(column)
    assert {row[place] for row in differing} <= {"short", "ended", "bshort", "bedge"}


def test_its_months_and_promises_read_inconclusive(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as con:
        months = con.execute(
            "select distinct verdict, availability_pct from sla_marts.headline where contract_id = 'short'"
        ).fetchall()
        others = con.execute("select count(*) from sla_marts.headline where contract_id = 'never'").fetchone()
    assert months == [("inconclusive", None)] and others != (0,)


def test_the_end_of_a_run_and_status_tell_it(published: Path) -> None:
    told = summary.status_table(summary.status(published))
    assert "Put aside: no figure of these contracts is published" in told
    assert "short: monthly sla adherence outcomes sum up" in told and "ended: holiday_calendars.csv" in told


def test_its_months_are_not_closed_and_its_clients_get_no_purge_list(published: Path) -> None:
    from datetime import date

    database = published.parent / "livret.work" / WORK_DATABASE
    with duckdb.connect(str(database)) as con:
        con.execute("set TimeZone = 'UTC'")
        closed = statements.close(con, date(2026, 5, 1))
    assert (
        set(closed.aside) == {"bshort", "bedge"}
        and closed.first
        and not set(closed.first) & {"bshort", "bedge"}
    )
    with pytest.raises(BuildError, match="put aside"):
        purge.purge_list(database, published.parent / "purge", "bshort")


def test_a_finding_that_names_no_contract_stops_everything(faults: Path, tmp_path: Path) -> None:
    shutil.copytree(faults / "work", tmp_path / "work")
    outcome = models.Outcome(
        "test.livret.somebodys.1", "warn", "", 2, 0.0, "select 1 as n union all select 2"
    )
    with (
        duckdb.connect(str(tmp_path / "work" / WORK_DATABASE)) as con,
        pytest.raises(BuildError, match="whose figures they touch cannot be told"),
    ):
        set_aside.collect(con, [outcome])


def test_an_instant_beyond_every_calendar_publishes_no_figure_and_ends_with_three(tmp_path: Path) -> None:
    registry = tmp_path / "inbox/registry/canonical/environments.csv"
    registry.parent.mkdir(parents=True)
    registry.write_text(
        "environment_id,client_id,contract_id,kind,opened_on\ne,c,quadra-expert-2023-09,production,2020-01-01\n"
    )
    warehouse = tmp_path / "w.duckdb"
    done = livret(
        "run", "--inbox", tmp_path / "inbox", "--as-of", "2041-06-01T00:00:00Z", "--warehouse", warehouse,
        "--reports", tmp_path / "reports", "--json", check=False,
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert (
        "published without the figures of quadra-expert-2023-09" in done.stderr
        and "fr-metropole" in done.stderr
    )
    assert json.loads(done.stdout)["set_aside"][0]["finding"] == "as_of_outside_calendar"
    with duckdb.connect(str(warehouse), read_only=True) as con:
        assert con.execute("select count(*) from sla_marts.monthly_availability").fetchone() == (0,)

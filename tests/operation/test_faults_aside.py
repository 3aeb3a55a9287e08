"""One contract's trouble stays its own: what a failed invariant puts aside, and what it leaves as it was."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.cli import main
from pipelines.errors import BuildError
from pipelines.resources import ROOT, WORK_DATABASE
from pipelines.warehouse import set_aside
from pipelines.warehouse.dbt_project import Outcome
from tests.build import land
from tests.faults.more import BOOKLET, _csv, environment
from tests.published import held

AS_OF = "2026-06-10T10:00:00+02:00"
SECOND = "second"
COMPARED = (
    "monthly_availability",
    "ticket_commitments",
    "monthly_sla_adherence",
    "outages",
    "headline",
    "headline_contracts",
    "obligations",
    "history_purge_candidates",
)


def _contract(folder: Path) -> None:
    """The booklet, and the same terms again as those of another contract."""
    shutil.copytree(ROOT / "data" / "contract", folder)
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if rows and "contract_id" in rows[0]:
            again = [{**row, "contract_id": SECOND} for row in rows if row["contract_id"] == BOOKLET]
            with path.open("a", encoding="utf-8", newline="") as file:
                csv.DictWriter(file, list(rows[0])).writerows(again)


def _inbox(inbox: Path) -> None:
    """A client of the booklet, and two of the second contract: `odd`, who will be in trouble, and `calm`."""
    whose = {"good": BOOKLET, "odd": SECOND, "calm": SECOND}
    _csv(
        inbox / "registry/canonical/environments.csv", [environment(name, id_) for name, id_ in whose.items()]
    )
    _csv(
        inbox / "monitoring/outages/outages.csv",
        [
            {"environment_id": name, "outage_id": f"{name}-1", "down_from": "2026-02-03T08:00:00Z",
             "down_until": "2026-02-03T09:00:00Z"}
            for name in whose
        ],
    )  # fmt: skip
    _csv(
        inbox / "tickets/canonical/tickets.csv",
        [
            {"ticket_id": f"{name}-t", "client_id": name, "environment_id": name, "channel": "support", "kind": "incident",
             "criticality": "critical", "created_at": "2026-02-03T08:00:00Z", "taken_in_charge_at": "2026-02-03T09:00:00Z",
             "closed_at": "2026-02-03T10:00:00Z"}
            for name in whose
        ],
    )  # fmt: skip
    _csv(
        inbox / "history/canonical/movements.csv",
        [
            {"client_id": name, "dossier_id": "D", "journal_code": "VE", "entry_number": "1", "line_number": str(line),
             "entry_on": "2012-03-01", "account": account, "debit": debit, "credit": credit, "validated_on": "2012-12-31"}
            for name in whose
            for line, account, debit, credit in ((1, "512", "10.00", "0.00"), (2, "706", "0.00", "10.00"))
        ],
    )  # fmt: skip


class World:
    """A folder with its inbox and contract, and the command line over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "w.duckdb"
        self.work = folder / "w.work" / WORK_DATABASE
        _contract(folder / "contract")
        _inbox(folder / "inbox")

    def livret(self, *words: str, patch: pytest.MonkeyPatch) -> int:
        patch.setattr("sys.argv", ["livret", *words])
        for name, place in (
            ("INBOX", "inbox"),
            ("CONTRACT", "contract"),
            ("WAREHOUSE", "w.duckdb"),
            ("REPORTS", "reports"),
        ):
            patch.setenv(f"LIVRET_{name}", str(self.folder / place))
        patch.setenv("LIVRET_AS_OF", AS_OF)
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("aside"))


@pytest.fixture(scope="module")
def runs(world: World) -> dict[str, Any]:
    """The world before, and after a kept row of one client was spoilt: nothing computes it anew, and its test fails."""
    told: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        told["status before"] = world.livret("run", "--quiet", patch=patch)
        told["before"] = held(world.file)
        with duckdb.connect(str(world.work)) as con:
            con.execute("update sla_marts.ticket_commitments set outcome = 'kept' where client_id = 'odd'")
        told["status"] = world.livret("run", "--quiet", "--again", patch=patch)
        told["after"] = held(world.file)
    return told


def _rows(runs: dict[str, Any], when: str, mart: str) -> list[dict[str, Any]]:
    columns, rows = runs[when][f"sla_marts.{mart}"]
    names = [column for column, _ in columns]
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_a_failed_invariant_of_one_client_is_status_3_and_names_it(runs: dict[str, Any]) -> None:
    assert (runs["status before"], runs["status"]) == (0, 3)
    assert {(row["contract_id"], row["client_id"]) for row in _rows(runs, "after", "set_aside")} == {
        (SECOND, "odd")
    }
    assert any("outcome_is_known" in str(row) for row in _rows(runs, "after", "set_aside"))


@pytest.mark.parametrize("mart", COMPARED)
def test_the_figures_of_the_others_are_those_of_a_world_without_the_trouble(
    runs: dict[str, Any], mart: str
) -> None:
    def of_others(when: str) -> list[dict[str, Any]]:
        return [
            row
            for row in _rows(runs, when, mart)
            if row.get("client_id", "") == "calm" or row.get("contract_id") == BOOKLET
        ]

    assert of_others("after") == of_others("before") != []


@pytest.mark.parametrize(
    "mart", ["monthly_availability", "ticket_commitments", "outages", "history_purge_candidates"]
)
def test_nothing_of_the_client_is_published_as_if_it_were_sound(runs: dict[str, Any], mart: str) -> None:
    assert [row for row in _rows(runs, "before", mart) if row["client_id"] == "odd"]
    assert not [row for row in _rows(runs, "after", mart) if row["client_id"] == "odd"]


def test_what_sums_its_contract_up_is_inconclusive_and_tells_no_figure(runs: dict[str, Any]) -> None:
    for mart in ("headline", "obligations"):
        rows = [row for row in _rows(runs, "after", mart) if row["contract_id"] == SECOND]
        assert rows
        # Clauses that rest on no mart say what they said: documents attest them, or nothing does.
        assert {row["verdict"] for row in rows if row.get("mart", mart)} == {"inconclusive"}
        assert {row["figure"] for row in rows if "figure" in row} <= {None}
        assert len(rows) == len([row for row in _rows(runs, "before", mart) if row["contract_id"] == SECOND])
    assert {
        row["availability_pct"] for row in _rows(runs, "after", "headline") if row["contract_id"] == SECOND
    } == {None}
    assert not [row for row in _rows(runs, "after", "headline_sla") if row["contract_id"] == SECOND]
    (total,) = _rows(runs, "after", "headline_total")
    assert total["purge_lines"] is None
    assert _rows(runs, "before", "headline_total")[0]["purge_lines"] == 6


def test_the_same_question_again_says_it_again(
    world: World, runs: dict[str, Any], capsys, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    assert world.livret("run", "--json", patch=monkeypatch) == 3
    out, err = capsys.readouterr()
    assert {row["client_id"] for row in json.loads(out)["set_aside"]} == {"odd"}
    assert f"{SECOND} / odd" in err
    assert world.livret("status", patch=monkeypatch) == 0
    assert "Put aside" in capsys.readouterr().out


def test_a_month_is_closed_for_the_others_only(world: World, runs: dict[str, Any], monkeypatch) -> None:  # type: ignore[no-untyped-def]
    assert world.livret("close", "--month", "2026-02", "--quiet", patch=monkeypatch) == 3
    statements = held(world.file)["sla_statements.statements"][1]
    assert {row[1] for row in statements} == {"good", "calm"}


def test_nothing_of_a_client_put_aside_may_be_purged(
    world: World, runs: dict[str, Any], capsys, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    assert world.livret("purge-list", "--client", "odd", patch=monkeypatch) == 1
    assert "put aside" in capsys.readouterr().err
    assert world.livret("purge-list", "--client", "calm", "--quiet", patch=monkeypatch) == 0


def _found(
    world: World, query: str, mart: str | None = None, column: str | None = None
) -> list[tuple[Any, ...]]:
    """Whom a failed test that finds the rows of `query` puts aside."""
    outcome = Outcome("test.livret.tried", "warn", "", 1, 0.0, query, mart, column)
    with duckdb.connect(str(world.work)) as con:
        kept = con.execute("from landing.failed_tests").fetchall()
        try:
            set_aside.collect(con, [outcome])
            return con.execute(
                "select contract_id, client_id, rows from landing.failed_tests order by all"
            ).fetchall()
        finally:
            con.execute("delete from landing.failed_tests")
            con.executemany("insert into landing.failed_tests values (?, ?, ?, ?, ?)", kept)


def test_failing_rows_name_whom_they_are_about(world: World, runs: dict[str, Any]) -> None:
    both = "select * from (values ('odd'), ('calm'), ('calm')) as found(environment_id)"
    assert _found(world, both) == [(SECOND, "calm", 2), (SECOND, "odd", 1)]
    assert _found(world, "select 'second' as contract_id") == [(SECOND, None, 1)]
    assert _found(world, "select 'good' as client_id") == [(BOOKLET, "good", 1)]
    assert _found(world, "select 'nobody' as client_id") == [(None, "nobody", 1)]
    ticket = "select 'good-t' as ticket_id, 'take_in_charge' as commitment"
    assert _found(world, ticket, "ticket_commitments") == [(BOOKLET, "good", 1)]
    renamed = "select 'good-1' as unique_field, 2 as n_records"
    assert _found(world, renamed, "outages", "outage_id") == [(BOOKLET, "good", 1)]


def test_rows_of_the_invariants_are_written_down_by_the_rule_they_break(
    world: World, runs: dict[str, Any]
) -> None:
    rows = "select '{}' as broken_rule, * from sla_marts.outages where outage_id = 'good-1'"
    both = f"{rows.format('first')} union all {rows.format('second')}"
    outcome = Outcome("test.livret.outages_invariants", "warn", "", 2, 0.0, both, "outages")
    nobody = replace(outcome, mart=None, query="select 'third' as broken_rule, 'nowhere' as environment_id")
    with duckdb.connect(str(world.work)) as con:
        kept = con.execute("from landing.failed_tests").fetchall()
        try:
            set_aside.collect(con, [outcome])
            found = con.execute(
                "select contract_id, client_id, test, mart, rows from landing.failed_tests order by all"
            ).fetchall()
            with pytest.raises(BuildError, match=r"outages_invariants \(third\)"):
                set_aside.collect(con, [outcome, nobody])
        finally:
            con.execute("delete from landing.failed_tests")
            con.executemany("insert into landing.failed_tests values (?, ?, ?, ?, ?)", kept)
    assert found == [(BOOKLET, "good", rule, "outages", 1) for rule in ("first", "second")]


@pytest.mark.parametrize(
    "query",
    [
        "select 'nowhere' as environment_id",
        "select cast(null as varchar) as contract_id from range(2)",
        "select 'registry' as source, 1 as rows",
    ],
)
def test_failing_rows_that_name_nobody_stop_everything(
    world: World, runs: dict[str, Any], query: str
) -> None:
    with pytest.raises(BuildError, match="no contract and no client"):
        _found(world, query)


def _landed(tmp_path: Path, files: dict[str, str]) -> tuple[list[tuple[Any, ...]], int]:
    """Rules by file, and how many pauses are stored."""
    for name, text in files.items():
        (tmp_path / "inbox" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "inbox" / name).write_text(text, encoding="utf-8")
    with duckdb.connect(
        str(land(tmp_path / "inbox", tmp_path / "work", datetime.fromisoformat(AS_OF)))
    ) as con:
        rules = con.execute("select file, rule from landing.rejects order by all").fetchall()
        return rules, len(con.execute("from landing.pauses").fetchall())


PAUSES = "tickets/canonical/a/pauses.csv"
HEAD = "ticket_id,paused_from,paused_until\n"
OPEN = "t,2026-02-03T08:00:00Z,\n"
NOON = "t,2026-02-03T08:00:00Z,2026-02-03T12:00:00Z\n"
LATER = "t,2026-02-03T08:00:00Z,2026-02-03T13:00:00Z\n"


@pytest.mark.parametrize(
    "settings",
    ["time_zon = 'Europe/Paris'", "time_zone = 'Europe/Pari'", "time_zone = [", "defaults = 'reason'"],
)
def test_unusable_settings_stop_the_files_below_them_only(tmp_path: Path, settings: str) -> None:
    other = "tickets/canonical/b/pauses.csv"
    bad = "tickets/canonical/a/source.toml"
    assert _landed(
        tmp_path, {PAUSES: HEAD + OPEN, other: HEAD + NOON.replace("t,", "u,", 1), bad: settings}
    ) == (
        [(PAUSES, "unusable_settings")],
        1,
    )
    assert _landed(tmp_path, {bad: ""}) == ([], 2)


def test_a_file_outside_the_folders_stops_no_other(tmp_path: Path) -> None:
    files = {PAUSES: HEAD + OPEN, "lost.csv": HEAD, "tickets/lost.csv": HEAD}
    assert _landed(tmp_path, files) == (
        [("lost.csv", "outside_folders"), ("tickets/lost.csv", "outside_folders")],
        1,
    )


@pytest.mark.parametrize(
    ("first", "second", "ends"),
    [
        (NOON + LATER, "", [12, 13]),
        (LATER + NOON, "", [13, 12]),
        (NOON + NOON, "", [12]),
        (OPEN, NOON, [12]),
        (OPEN, OPEN + NOON, [None, 12]),
        (LATER, NOON, [12]),
    ],
)
def test_several_pauses_of_one_start(tmp_path: Path, first: str, second: str, ends: list[int | None]) -> None:
    files = {PAUSES: HEAD + first} | ({"tickets/canonical/b/pauses.csv": HEAD + second} if second else {})
    rules, _ = _landed(tmp_path, files)
    with duckdb.connect(str(tmp_path / "work" / WORK_DATABASE)) as con:
        stored = con.execute(
            "select hour(paused_until at time zone 'UTC') from landing.pauses order by sequence"
        ).fetchall()
    assert (rules, [hour for (hour,) in stored]) == ([], ends)


def test_a_file_put_aside_is_listed_and_concerns_everybody(world: World, runs: dict[str, Any]) -> None:
    """What it would have said nobody knows: no month is closed and nothing is purged until it is mended."""
    with duckdb.connect(str(world.work)) as con:
        assert not set_aside.concerns(con, None, "good")
        con.begin()
        con.execute(
            "insert into landing.rejects select 'k', 0, 'holds', 'canonical', 'holds/canonical/h.csv', 1, 'unusable_settings',"
            " null, 'source.toml: unknown key', null, started_at, run_id from landing.run"
        )
        (row,) = [row for row in set_aside.listed(con) if row["contract_id"] is None]
        assert (
            set_aside.words(row) == "file: unusable_settings: holds/canonical/h.csv: source.toml: unknown key"
        )
        assert set_aside.concerns(con, None, "good")
        assert set_aside.concerns(con, BOOKLET, "good")
        con.rollback()


def test_a_contract_put_aside_as_a_whole_takes_all_its_clients_along(
    world: World, runs: dict[str, Any]
) -> None:
    with duckdb.connect(str(world.work)) as con:
        con.begin()
        con.execute("insert into landing.failed_tests values (?, null, 'tried', 'headline', 1)", [SECOND])
        assert set_aside.concerns(con, SECOND, "calm")
        assert set_aside.concerns(con, None, "calm")
        assert not set_aside.concerns(con, BOOKLET, "good")
        con.rollback()

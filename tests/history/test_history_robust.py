"""Ledgers that look alike, sums beyond any ledger's, lines that go missing and runs that break off."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import BuildError
from pipelines.evidence import purge
from pipelines.resources import ROOT, WORK_DATABASE
from pipelines.warehouse import dbt_project
from tests.build import build, land
from tests.history.test_history_purge import pair, write_fec, write_rows

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)
MODELS = ("--select", "+path:models/marts/history", "int_history_unplaced_guards")
CHECK = "purge_candidates_judge_every_line_once"
SIREN = "123456789"
GIANT = 10_001


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with `inbox` and `work`, built once."""
    folder = tmp_path_factory.mktemp("robust")
    inbox = folder / "inbox"
    write_rows(
        inbox / "registry/canonical/dossiers.csv",
        [
            {"client_id": client, "dossier_id": dossier, "siren": SIREN, "fiscal_year_end": "12-31"}
            for client, dossier in (("firm", "paris"), ("firm", "lyon"), ("rival", "paris"))
        ],
    )
    name = f"{SIREN}FEC20151231.txt"
    write_fec(inbox / "history/fec/firm/paris" / name, [*pair("20150115", "1"), *pair("20150120", "2")])
    write_fec(
        inbox / "history/fec/firm/lyon" / name, [*pair("20150115", "1"), *pair("20150120", "3", ValidDate="")]
    )
    # The same bytes as the other firm's establishment, at another client.
    shutil.copytree(inbox / "history/fec/firm/paris", inbox / "history/fec/rival/paris")
    huge = [
        {**line, "CompteNum": f"{606000 + place}", "Debit": "999999999999,99", "Credit": "0,00"}
        for place, line in enumerate(pair("20150115", "1")[:1] * GIANT)
    ]
    write_fec(inbox / "history/fec/giant/d/export.txt", [*huge, *pair("20150120", "2")])
    build(inbox, folder / "work", AS_OF, ROOT / "data/contract", *MODELS)
    return folder


def ask(folder: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / "work" / WORK_DATABASE), read_only=True) as con:
        return con.execute(query).fetchall()


def test_dossiers_of_one_siren_do_not_mix(built: Path, tmp_path: Path) -> None:
    found = ask(
        built,
        "select client_id, dossier_id, entry_number, verdict, lines from sla_marts.history_purge_entries"
        " where client_id <> 'giant' order by all",
    )
    assert found == [
        ("firm", "lyon", "1", "purge", 2),
        ("firm", "lyon", "3", "blocked", 2),
        ("firm", "paris", "1", "purge", 2),
        ("firm", "paris", "2", "purge", 2),
        ("rival", "paris", "1", "purge", 2),
        ("rival", "paris", "2", "purge", 2),
    ]
    files = ask(
        built,
        "select client_id, dossier_id, rows, is_siren_of_dossier from sla_marts.history_fec_files where client_id <> 'giant' order by all",
    )
    assert files == [("firm", "lyon", 4, True), ("firm", "paris", 4, True), ("rival", "paris", 4, True)]
    paris = purge.purge_list(built / "work" / WORK_DATABASE, tmp_path, "firm", "paris")
    assert (paris.lines, paris.entries) == (4, 2)
    whole = purge.purge_list(built / "work" / WORK_DATABASE, tmp_path, "firm")
    assert (whole.lines, whole.entries) == (6, 3)
    archives = [
        name for name in json.loads(whole.manifest.read_text())["files"] if name.startswith("archive")
    ]
    assert sorted(archives) == [f"archive/{dossier}/{SIREN}FEC20151231.txt" for dossier in ("lyon", "paris")]


def test_sums_beyond_sixteen_digits_are_exact(built: Path, tmp_path: Path) -> None:
    total = "10000999999999899.99"
    assert f"{GIANT * 99999999999999 // 100}.{GIANT * 99999999999999 % 100:02}" == total
    entries = ask(
        built,
        "select entry_number, verdict, reasons, lines, debit::varchar, credit::varchar from sla_marts.history_purge_entries"
        " where client_id = 'giant' order by all",
    )
    assert entries[0] == ("1", "blocked", "unbalanced", GIANT, total, "0.00")
    ((candidates,),) = ask(
        built,
        "select sum(debit)::varchar from sla_marts.history_purge_candidates where client_id = 'giant' and verdict = 'blocked'",
    )
    assert candidates == total
    ((file,),) = ask(
        built, "select debit::varchar from sla_marts.history_fec_files where client_id = 'giant'"
    )
    assert file == "10001000000000019.99"  # and a sale of 120.00
    assert purge.purge_list(built / "work" / WORK_DATABASE, tmp_path, "giant").lines == 2


@pytest.mark.parametrize(
    "fault",
    [
        "delete from landing.movements where entry_number = '2' and account = (select min(account) from landing.movements where entry_number = '2')",
        "update landing.movements set debit = debit + 1 where entry_number = '3'",
        "insert into sla_marts.history_purge_candidates from sla_marts.history_purge_candidates limit 1",
    ],
)
def test_a_line_lost_or_judged_twice_ends_the_run(built: Path, tmp_path: Path, fault: str) -> None:
    work = tmp_path / "work"
    shutil.copytree(built / "work", work)
    check = ("--select", CHECK)
    assert [outcome.status for outcome in dbt_project.build(work, *check)] == ["pass"]
    with duckdb.connect(str(work / WORK_DATABASE)) as con:
        con.execute(fault)
    assert [outcome.status for outcome in dbt_project.build(work, *check)] == ["fail"]


def test_no_list_is_written_of_lines_that_were_read_but_not_judged(built: Path, tmp_path: Path) -> None:
    inbox, work = tmp_path / "inbox", tmp_path / "work"
    shutil.copytree(built / "inbox", inbox)
    shutil.copytree(built / "work", work)
    write_fec(inbox / "history/fec/firm/paris/late.txt", pair("20150115", "1", PieceRef="late"))
    land(inbox, work, AS_OF)
    with pytest.raises(BuildError, match="'paris' of client 'firm'"):
        purge.purge_list(work / WORK_DATABASE, tmp_path, "firm")
    assert purge.purge_list(work / WORK_DATABASE, tmp_path, "rival").lines == 4

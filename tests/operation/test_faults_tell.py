"""Nothing is left out without a word (F9), and names that no registry knows are told wherever a person looks (F14).

One `livret run` over fourteen contracts and the names of F14; the `.work` folder is then moved away and all is run again.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.resources import ROOT
from tests.conftest import livret

F14 = ROOT / "tests" / "fixtures" / "faults" / "F14_unknown_environment" / "inbox"
BOOKLET = "quadra-expert-2023-09"
CONTRACTS = [f"c{place:02}" for place in range(1, 15)]
DAY = "2026-06-10"  # an instant as a day: its end in Paris
HEADER = "environment_id,client_id,client_name,contract_id,kind,opened_on,closed_on"
Json = dict[str, Any]


def write_contract(folder: Path) -> None:
    """Fourteen contracts with the clocks and the target of the booklet, and one of which nothing is measured."""
    shutil.copytree(ROOT / "data" / "contract", folder)
    for name, is_meant in {
        "contracts.csv": lambda row: True,
        "clocks.csv": lambda row: row["clock"] == "reference",
        "targets.csv": lambda row: row["commitment"] == "availability",
    }.items():
        with (folder / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with (folder / name).open("a", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            for contract in (*CONTRACTS, "silent"):
                writer.writerows(
                    {**row, "contract_id": contract}
                    for row in rows
                    if row["contract_id"] == BOOKLET and is_meant(row)
                )


def write_inbox(inbox: Path) -> None:
    shutil.copytree(F14, inbox)
    with (inbox / "registry/canonical/environments.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"e{name},k{name},,{name},production,2026-04-01,\n" for name in CONTRACTS)
        file.write("aa,k1,,quadra-2023,production,2026-05-01,\n")
    outages = [
        "environment_id,outage_id,down_from,down_until",
        "ec14,o14,2026-06-02T08:00:00Z,2026-06-02T18:00:00Z",
    ]
    outages += [
        "ec03,o3,2026-04-02T08:00:00Z,2026-04-02T18:00:00Z",
        "ec01,later,2026-06-11T08:00:00Z,2026-06-11T09:00:00Z",
    ]
    (inbox / "monitoring/outages/fourteen.csv").write_text("\n".join(outages) + "\n")
    checks = ["environment_id,probe_id,checked_at,status,period_s"]
    for name in CONTRACTS:
        first = datetime(2026, 4, 1, tzinfo=UTC)
        checks += [f"e{name},p,{(first + timedelta(days=day)).isoformat()},up,86400" for day in range(70)]
    (inbox / "monitoring/canonical/fourteen.csv").write_text("\n".join(checks) + "\n")
    tickets = inbox / "tickets/canonical/tickets.csv"
    tickets.parent.mkdir(parents=True)
    tickets.write_text(
        "ticket_id,client_id,environment_id,channel,kind,created_at\nt1,K1,knwon,support,incident,2026-06-02T08:00:00Z\n"
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("tell")
    write_contract(folder / "contract")
    write_inbox(folder / "inbox")
    (folder / "output.txt").write_text(run(folder))
    yield folder


def run(folder: Path, *more: str) -> str:
    return livret("run", "--inbox", folder / "inbox", "--contract", folder / "contract", "--warehouse", folder / "w.duckdb",
                  "--reports", folder / "reports", "--as-of", DAY, *more).stdout  # fmt: skip


def status(folder: Path) -> Json:
    found: Json = json.loads(livret("status", "--warehouse", folder / "w.duckdb", "--json").stdout)
    return found


def test_f9_every_contract_has_its_newest_month_in_the_table(built: Path) -> None:
    for text in (
        (built / "output.txt").read_text(),
        livret("status", "--warehouse", built / "w.duckdb").stdout,
    ):
        rows = {
            line.split()[0]: line
            for line in text.splitlines()
            if line.split()[:1] and line.split()[0] in CONTRACTS
        }
        assert sorted(rows) == CONTRACTS and all("2026-06" in row for row in rows.values())
        assert "broken" in rows["c14"]
        assert "and 29 older months of 15 contracts, 1 of them broken: livret status --json" in text
        assert "No month measured of silent" in text


def test_f9_json_is_never_cut(built: Path) -> None:
    for found in (status(built), json.loads(run(built, "--json"))):
        months = {(row["contract_id"], row["month"][:7]): row["verdict"] for row in found["months"]}
        assert len(months) == len(found["months"]) == 3 * 14 + 2
        assert months["c14", "2026-06"] == months["c03", "2026-04"] == "broken"
        assert found["contracts_without_months"] == ["silent"]


UNKNOWN = {
    ("knwon", "checks", 12, "known"),
    ("knwon", "tickets", 1, "known"),
    ("Known", "outages", 1, "known"),
    ("other", "interruptions", 1, "known"),  # whatever is nearest: a guess, and told as one
}


def test_f14_names_that_no_registry_knows_are_in_a_mart(built: Path) -> None:
    with duckdb.connect(str(built / "w.duckdb"), read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        mart = con.execute(
            "select environment_id, log, rows, nearest_environment_id from sla_marts.unknown_environments"
        ).fetchall()
        first, last = con.execute(
            "select first_at::varchar, last_at::varchar from sla_marts.unknown_environments where log = 'checks'"
        ).fetchall()[0]
        # Nothing is counted for another: the twelve checks are of nobody the registry knows.
        down = con.execute(
            "select sum(unavailable_s) from sla_marts.monthly_availability where environment_id = 'known'"
        ).fetchall()
    assert set(mart) == UNKNOWN
    assert (first, last) == ("2026-05-04 08:00:00+00", "2026-05-04 08:55:00+00")
    assert down == [(0,)]


def test_f14_they_are_told_with_a_row_to_paste_wherever_a_person_looks(built: Path) -> None:
    checked = livret("check", "--inbox", built / "inbox", "--contract", built / "contract").stdout
    told = livret("status", "--warehouse", built / "w.duckdb").stdout
    for text in ((built / "output.txt").read_text(), told, checked):
        lines = text.splitlines()
        for name in ("knwon", "Known", "other"):
            assert f"{name},CLIENT_ID,,CONTRACT_ID,KIND,YYYY-MM-DD," in lines
        assert HEADER in lines and "ENVIRONMENT_ID,K1,,CONTRACT_ID,KIND,YYYY-MM-DD," in lines
        assert any(
            line.split()[:3] == ["knwon", "monitoring/checks", "12"] and line.endswith("known")
            for line in lines
        )
        assert any(
            line.startswith("quadra-2023  registry/environments") and line.endswith(BOOKLET) for line in lines
        )
    assert any(
        line.split()[:2] == ["monitoring/outages", "1"] and "2026-06-11 08:00Z" in line
        for line in told.splitlines()
    )
    found = {(row["name"], row["log"], row["rows"], row["nearest"])
             for row in status(built)["notices"] if row["notice"] == "unknown_environment"}  # fmt: skip
    assert found == UNKNOWN


def test_the_report_tells_them_and_the_contract_of_which_nothing_is_measured(built: Path) -> None:
    (page,) = (built / "reports").glob("*.html")
    text = page.read_text(encoding="utf-8")
    assert HEADER in text and "knwon,CLIENT_ID,,CONTRACT_ID,KIND,YYYY-MM-DD," in text
    assert "Nothing measured of silent" in text and "Aucune mesure pour silent" in text


def test_a_row_pasted_as_it_is_counts_for_nobody(built: Path, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    (inbox / "registry/canonical").mkdir(parents=True)
    (inbox / "registry/canonical/environments.csv").write_text(
        f"{HEADER}\nknwon,CLIENT_ID,,CONTRACT_ID,KIND,YYYY-MM-DD,\n"
    )
    found = json.loads(livret("check", "--inbox", inbox, "--json").stdout)
    assert [row["rows_rejected"] for row in found["files"]] == [1]


def test_a_day_is_asked_about_at_its_end_and_status_tells_when_the_run_was_made(built: Path) -> None:
    found = status(built)
    assert found["as_of"] == "2026-06-10 22:00:00+00:00"
    made = datetime.fromisoformat(found["started_at"])
    assert abs(datetime.now(UTC) - made) < timedelta(hours=1)


def test_the_work_folder_moved_away_loses_no_statement(built: Path) -> None:
    closed = json.loads(
        livret("close", "--month", "2026-05", "--warehouse", built / "w.duckdb", "--json").stdout
    )
    assert len(closed["first"]) == 15

    def statements() -> list[Any]:
        with duckdb.connect(str(built / "w.duckdb"), read_only=True) as con:
            return [
                con.execute(f"from sla_statements.{table} order by all").fetchall()
                for table in ("statements", "statement_inputs")
            ]

    before = statements()
    (built / "w.work").rename(built / "away")
    run(built)
    assert statements() == before
    again = json.loads(
        livret("close", "--month", "2026-05", "--warehouse", built / "w.duckdb", "--json").stdout
    )
    assert len(again["unchanged"]) == 15 and statements() == before

"""The command line on the samples: what it prints, what it leaves, and how it ends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines import cli
from tests.conftest import SAMPLE_AS_OF, SAMPLES, Built, livret


@pytest.fixture(scope="module")
def copy(sample: Built, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The sample warehouse with its working database, to be written to."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(sample.warehouse.parent, folder / "sample")
    here = folder / "sample"
    return Built(here / sample.warehouse.name, here / "reports", sample.output)


def test_run_ends_with_months_figures_and_the_report(sample: Built) -> None:
    lines = sample.output.splitlines()
    assert lines[0].split() == [
        "contract", "month", "availability", "target", "verdict", "broken", "SLA", "adherence", "backup", "coverage"
    ]  # fmt: skip
    assert any("2025-11" in line and "broken" in line for line in lines)
    report = next(line.split(maxsplit=1)[1] for line in lines if line.startswith("Report"))
    assert Path(report).is_file()
    assert any(line.startswith("Rejected rows") for line in lines)


def test_running_again_reads_nothing_and_gives_the_same_marts(copy: Built) -> None:
    before = _marts(copy.warehouse)
    done = livret(
        "run",
        "--inbox",
        SAMPLES,
        "--as-of",
        SAMPLE_AS_OF,
        "--warehouse",
        copy.warehouse,
        "--reports",
        copy.reports,
    )
    assert "reading" not in done.stderr
    assert _marts(copy.warehouse) == before


def _marts(warehouse: Path) -> dict[str, int]:
    """Order-free digest of every mart but the one that names the run."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        names = [
            name
            for (name,) in con.execute(
                "select table_name from duckdb_tables() where schema_name = 'sla_marts' and table_name not in"
                " ('runs', 'headline_total') order by 1"
            ).fetchall()
        ]
        digests = {}
        for name in names:
            row = con.execute(
                f'select count(*), coalesce(bit_xor(hash(t::varchar)), 0) from sla_marts."{name}" as t'
            ).fetchone()
            assert row is not None
            digests[name] = hash(row)
        return digests


def test_status_tells_run_months_and_the_age_of_each_source(sample: Built) -> None:
    told = json.loads(livret("status", "--warehouse", sample.warehouse, "--json").stdout)
    assert told["as_of"] == "2026-03-31 07:00:00+00:00"
    assert {row["source"] for row in told["sources"]} >= {
        "monitoring",
        "tickets",
        "backups",
        "history",
        "registry",
    }
    assert all(row["age_h"] is None or row["age_h"] >= 0 for row in told["sources"])


def test_closing_a_month_twice_writes_one_statement(copy: Built) -> None:
    first = json.loads(livret("close", "--month", "2026-02", "--warehouse", copy.warehouse, "--json").stdout)
    again = json.loads(livret("close", "--month", "2026-02", "--warehouse", copy.warehouse, "--json").stdout)
    assert first["first"] and not again["first"] and again["unchanged"] == first["first"]
    with duckdb.connect(str(copy.warehouse), read_only=True) as con:
        rows = con.execute(
            "select version, figures from sla_statements.statements where month = '2026-02-01'"
        ).fetchall()
    assert {version for version, _ in rows} == {1}
    assert all(json.loads(figures)["monthly_availability"] for _, figures in rows)


def test_a_month_that_has_not_ended_cannot_be_closed(copy: Built) -> None:
    done = livret("close", "--month", "2026-03", "--warehouse", copy.warehouse, check=False)
    assert done.returncode == 2 and "2026-03-31T22:00:00+00:00" in done.stderr


def test_after_a_run_that_failed_nothing_is_closed_or_listed_for_a_purge(copy: Built) -> None:
    """Its ingest may have brought lines that nobody judged, and its models may have come half way."""
    with duckdb.connect(str(copy.warehouse.with_name("livret.work") / "livret_work.duckdb")) as con:
        con.execute("update landing.run set run_id = 'another'")  # as a run leaves it that breaks off
    for command in (("close", "--month", "2026-02"), ("purge-list", "--client", "c0001")):
        done = livret(*command, "--warehouse", copy.warehouse, check=False)
        assert done.returncode == 1 and "did not come to an end" in done.stderr


def test_check_tells_rejects_and_changes_nothing(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    shutil.copytree(SAMPLES / "tickets", inbox / "tickets")
    told = json.loads(livret("check", "--inbox", inbox, "--json").stdout)
    assert all(
        row["rows_in"] == row["rows_accepted"] + row["rows_duplicate"] + row["rows_rejected"]
        for row in told["files"]
    )
    assert told["rejects"] and all(row["file"] and row["line"] and row["rule"] for row in told["rejects"])
    assert [path.name for path in tmp_path.iterdir()] == ["inbox"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run", "--inbox", "nowhere"), "no such folder"),
        (("run", "--as-of", "yesterday"), "expected ISO 8601"),
        (("run", "--as-of", "2026-03-31T09:00:00"), "has no offset"),
        (("run", "--as-of", "9999-12-31T23:59:59-01:00"), "lies beyond"),
        (("run", "--contract", "nowhere"), "does not exist"),
        (("run", "--nonsense"), "No such option"),
        (("close", "--month", "March"), "expected YYYY-MM"),
    ],
)
def test_wrong_usage_ends_with_two_and_says_why(
    arguments: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    done = livret(
        *arguments, check=False, LIVRET_INBOX=str(SAMPLES), LIVRET_WAREHOUSE=str(tmp_path / "w.duckdb")
    )
    assert done.returncode == 2
    assert told in done.stderr and "Traceback" not in done.stderr


ASK = {
    "status": ("status",),
    "close": ("close", "--month", "2026-02"),
    "purge-list": ("purge-list", "--client", "c0001"),
}
READ = {"run": ("run",), "check": ("check",)}


@pytest.mark.parametrize(
    ("commands", "environment", "exit_status", "told"),
    [
        (ASK, {"LIVRET_WAREHOUSE": "none.duckdb"}, 1, "no warehouse there yet; `livret run` makes it"),
        (ASK, {"LIVRET_WAREHOUSE": "text.duckdb"}, 1, "not a file that `livret run` published"),
        ({"run": ("run", "--as-of", "2026-03-31", "--inbox", str(SAMPLES))}, {"LIVRET_WAREHOUSE": "text.duckdb"}, 1,
         "not a file that `livret run` published"),
        (READ, {"LIVRET_INBOX": "nowhere"}, 2, "no such folder"),
        (READ, {"LIVRET_CONTRACT": "nowhere"}, 2, "does not exist or is no folder"),
        ({**ASK, **READ}, {"LIVRET_AS_OF": "yesterday"}, 2, "expected ISO 8601"),
    ],
)  # fmt: skip
def test_the_same_mistake_ends_every_command_alike(
    commands: dict[str, tuple[str, ...]],
    environment: dict[str, str],
    exit_status: int,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "text.duckdb").write_text("no database")
    for name, value in {"LIVRET_INBOX": str(SAMPLES), "LIVRET_REPORTS": "reports", **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    for arguments in commands.values():
        monkeypatch.setattr("sys.argv", ["livret", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr().err
        assert (ended.value.code, told in said) == (exit_status, True), (arguments, said)
    assert (tmp_path / "text.duckdb").read_text() == "no database"
    assert not (tmp_path / "none.work").exists()


def test_check_groups_rejects_by_rule_with_allowed_words_and_what_to_do(tmp_path: Path) -> None:
    checks = tmp_path / "inbox/monitoring/canonical/checks.csv"
    checks.parent.mkdir(parents=True)
    rows = "".join(f"e,p,2026-05-04T08:{minute:02}:00Z,DOWNN\n" for minute in range(60))
    checks.write_text(f"environment_id,probe_id,checked_at,status\n{rows}e,p,2026-05-04T09:00:00,up\n")
    found = json.loads(livret("check", "--inbox", tmp_path / "inbox", "--json").stdout)
    assert len(found["rejects"]) == 61  # never cut
    (word,) = (rule for rule in found["rules"] if rule["rule"] == "not_an_allowed_value")
    assert (word["rows"], word["first_line"], word["first_value"], word["nearest"]) == (
        60,
        2,
        "DOWNN",
        "down",
    )
    assert word["allowed"] == ["up", "degraded", "down", "unknown"]
    text = livret("check", "--inbox", tmp_path / "inbox").stdout
    assert "allowed: up, degraded, down, unknown; nearest to 'DOWNN' is down" in text
    assert "instant_without_offset of checked_at: declare time_zone" in text
    assert "and 59 more rejected rows: livret check --json" in text


def test_status_without_a_warehouse_says_what_to_do(tmp_path: Path) -> None:
    done = livret("status", "--warehouse", tmp_path / "none.duckdb", check=False)
    assert done.returncode == 1 and "livret run" in done.stderr


def test_a_file_that_is_no_warehouse_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "text.duckdb").write_text("no database")
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    for name in ("text.duckdb", "empty.duckdb"):
        done = livret("status", "--warehouse", tmp_path / name, check=False)
        assert done.returncode == 1 and "Traceback" not in done.stderr
        assert f"{name}: not a file that `livret run` published" in done.stderr


def test_check_lists_the_values_a_mapping_must_know(tmp_path: Path) -> None:
    folder = tmp_path / "inbox/tickets/event_log"
    folder.mkdir(parents=True)
    (folder / "source.toml").write_text(
        '[columns]\nticket_id = "Case"\nevent = "Activity"\nevent_at = "At"\nclient_id = "Who"\n'
        '[defaults]\nchannel = "support"\nkind = "incident"\n[events]\nOpen = "created"\n'
    )
    (folder / "log.csv").write_text(
        "Case,Activity,At,Who\n1,Open,2026-01-05T09:00:00Z,c\n1,Snooze,2026-01-05T10:00:00Z,c\n1,Snooze,2026-01-05T11:00:00Z,c\n"
    )
    (folder / "broken.csv").write_text("Case,Case\n1,2\n")
    told = json.loads(livret("check", "--inbox", tmp_path / "inbox", "--json").stdout)
    found = {(row["column"], row["value"]): (row["count"], row["read_as"]) for row in told["values"]}
    assert found["event", "Open"] == (1, "created")
    assert found["event", "Snooze"] == (2, None)

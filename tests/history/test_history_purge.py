"""Ledgers from files to a purge list, its archive and its certificate, and what files sent again change: one small inbox."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.errors import BuildError, ConfigurationError
from pipelines.evidence import purge
from pipelines.resources import WORK_DATABASE
from pipelines.warehouse import dbt_project
from tests.build import build
from tests.unit.test_fec import HEADER, LINE, OTHER, REAL

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)
MODELS = ("--select", "+path:models/marts/history", "int_history_unplaced_guards")
Line = dict[str, str]


def pair(day: str, number: str, **change: str) -> list[Line]:
    """A balanced, validated, lettered sale."""
    common = {"EcritureDate": day, "EcritureNum": number, "EcritureLet": f"L{number}", **change}
    return [{**LINE, **common}, {**LINE, **OTHER, **common}]


def write_fec(path: Path, lines: list[Line], encoding: str = "utf-8") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = ["\t".join(HEADER), *("\t".join(line[name] for name in HEADER) for line in lines)]
    path.write_bytes(("\r\n".join(rows) + "\r\n").encode(encoding))


def write_rows(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), restval="")
        writer.writeheader()
        writer.writerows(rows)


OLD = [
    *pair("20150115", "1", EcritureLib='=cmd|"/c calc"!A1'),
    *pair("20150220", "2", PieceRef="-F2", EcritureLib="été n°5"),
]
HELD = pair("20220110", "3")
LEDGER = [*OLD, *OLD[:2], *HELD, *pair("20250110", "4"), *pair("20150301", "5", ValidDate="")]


def lay_out(inbox: Path) -> Path:
    registry = inbox / "registry" / "canonical"
    environments = [
        {"environment_id": client, "client_id": client, "contract_id": "quadra-expert-2023-09", "kind": "production",
         "opened_on": "2010-01-01"}
        for client in ("firm", "real")
    ] + [{"environment_id": "x", "client_id": "orphan", "contract_id": "nowhere", "kind": "production", "opened_on": "2010-01-01"}]  # fmt: skip
    write_rows(registry / "environments.csv", environments)
    write_rows(
        registry / "dossiers.csv",
        [{"client_id": "firm", "dossier_id": "d/1", "siren": "123456789", "fiscal_year_end": "12-31"}],
    )
    write_fec(inbox / "history/fec/orphan/d/export.txt", pair("20000101", "1"))
    bad = [{**line, "EcritureDate": "20150230"} for line in pair("20150115", "2")]
    write_fec(inbox / "history/fec/orphan/lost/export.txt", bad)
    write_fec(inbox / "history/fec/orphan/twin/export.txt", bad)  # the same bytes are lines of both dossiers
    write_fec(inbox / "history/fec/firm/shop/123456789FEC20251231.txt", LEDGER)
    write_rows(
        inbox / "history/canonical/movements.csv",
        [
            {"client_id": "firm", "dossier_id": "d/1", "journal_code": "OD", "entry_number": "9", "line_number": number,
             "entry_on": "2012-12-31", "account": account, "debit": debit, "credit": credit, "validated_on": "2013-01-31",
             "piece": "+1"}
            for number, account, debit, credit in ((1, "606100", "-5.00", "0"), (2, "512000", "0", "-5.00"))
        ],
    )  # fmt: skip
    if REAL.is_dir():
        for path in REAL.iterdir():
            if path.suffix.lower() == ".txt":
                folder, _, name = path.name.partition("_")
                target = inbox / "history/fec/real" / f"{folder}-{name[:10]}" / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
    return inbox


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with `inbox` and `work`, built once."""
    folder = tmp_path_factory.mktemp("purge")
    build(lay_out(folder / "inbox"), folder / "work", AS_OF, *_contract(), *MODELS)
    return folder


def _contract() -> tuple[Path]:
    from pipelines.resources import ROOT

    return (ROOT / "data" / "contract",)


Ask = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture
def ask(built: Path) -> Ask:
    return lambda query: _ask(built / "work" / WORK_DATABASE, query)


def _ask(database: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(database), read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        return con.execute(query).fetchall()


def test_a_ledger_is_judged_line_by_line(ask: Ask) -> None:
    rows = ask(
        "select fiscal_year_end, verdict, reasons, lines, debit, bytes, free_on from sla_marts.history_purge_candidates"
        " where dossier_id = 'shop' order by 1, 2"
    )
    assert [
        (str(end), verdict, reasons, lines, str(debit)) for end, verdict, reasons, lines, debit, *_ in rows
    ] == [
        ("2015-12-31", "blocked", "not_validated", 2, "120.00"),
        ("2015-12-31", "purge", "", 6, "360.00"),
        ("2022-12-31", "hold_tax", "tax_6y until 2028-12-31", 2, "120.00"),
        ("2025-12-31", "keep", "", 2, "120.00"),
    ]
    assert [row[-1] for row in rows] == [None, date(2022, 1, 1), date(2029, 1, 1), date(2032, 1, 1)]
    size = sum(len("\t".join(line[name] for name in HEADER).encode()) + 2 for line in LEDGER)
    assert sum(int(str(row[-2])) for row in rows) == size


def test_without_a_contract_or_a_readable_date_nothing_goes(ask: Ask) -> None:
    rows = ask(
        "select dossier_id, fiscal_year_end, verdict, reasons, entries, lines, cut_off, free_on"
        " from sla_marts.history_purge_candidates where client_id = 'orphan' order by 1"
    )
    assert rows == [
        ("d", date(2000, 12, 31), "blocked", "no_terms", 1, 2, None, None),
        ("lost", None, "quarantine", "not_a_date", 1, 2, None, None),
        ("twin", None, "quarantine", "not_a_date", 1, 2, None, None),
    ]
    assert ask("select count(*) from sla_marts.history_purge_entries where client_id = 'orphan'") == [(3,)]
    assert ask("select rows, rows_unreadable from sla_marts.history_fec_files where dossier_id = 'lost'") == [
        (2, 2)
    ]


def test_the_list_its_manifest_and_its_archive_agree(built: Path, tmp_path: Path) -> None:
    done = purge.purge_list(built / "work" / WORK_DATABASE, tmp_path, "firm")
    told = json.loads(done.manifest.read_text())
    lines = pl.read_parquet(done.folder / purge.LIST_PARQUET)
    assert (told["lines"], told["entries"], told["debit"], told["credit"]) == (8, 3, "355.00", "355.00")
    assert (lines.height, int(lines["size_bytes"].sum())) == (8, told["bytes"])
    assert told["as_of"] == "2026-03-01T12:00:00Z"
    assert told["contract_id"] == ["quadra-expert-2023-09"]
    assert [
        (year["dossier_id"], year["fiscal_year_end"], year["lines"]) for year in told["fiscal_years"]
    ] == [
        ("d/1", "2012-12-31", 2),
        ("shop", "2015-12-31", 6),
    ]
    assert sorted(told["files"]) == [
        "archive/d%2F1/123456789FEC20121231.txt", "archive/shop/000000000FEC20151231.txt", "lines.csv", "lines.parquet",
    ]  # fmt: skip
    archived = (done.folder / "archive/shop/000000000FEC20151231.txt").read_bytes().decode()
    assert archived.split("\r\n")[0] == "\t".join(HEADER)
    assert "été n°5" in archived


def test_the_same_warehouse_gives_the_same_list_byte_for_byte(built: Path, tmp_path: Path) -> None:
    database = built / "work" / WORK_DATABASE
    first, again = (purge.purge_list(database, tmp_path / name, "firm", "shop") for name in ("a", "b"))
    assert first.digest == again.digest
    for path in sorted(first.folder.rglob("*")):
        other = again.folder / path.relative_to(first.folder)
        assert path.is_dir() or path.read_bytes() == other.read_bytes(), path.name
    whole = purge.purge_list(database, tmp_path / "a", "firm")
    assert whole.digest != first.digest


def test_no_cell_of_the_csv_is_a_formula(built: Path, tmp_path: Path) -> None:
    done = purge.purge_list(built / "work" / WORK_DATABASE, tmp_path, "firm")
    with (done.folder / purge.LIST_CSV).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["label"] for row in rows} >= {'\'=cmd|"/c calc"!A1', "été n°5"}
    assert {row["piece"] for row in rows} == {"'-F2", "'+1", "F1"}
    assert {row["debit"] for row in rows} == {"120.00", "0.00", "-5.00"}  # numbers stay numbers


@pytest.mark.parametrize(
    ("client", "dossier", "expected"),
    [("nobody", None, "no ledger"), ("firm", "other", "has none such; it has d/1, shop")],
)
def test_an_unknown_client_or_dossier_is_told(
    built: Path, tmp_path: Path, client: str, dossier: str | None, expected: str
) -> None:
    with pytest.raises(ConfigurationError, match=expected):
        purge.purge_list(built / "work" / WORK_DATABASE, tmp_path, client, dossier)
    assert not list(tmp_path.iterdir())


def test_without_a_run_there_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="livret run"):
        purge.purge_list(tmp_path / "none.duckdb", tmp_path, "firm")


def test_an_altered_list_is_not_certified(built: Path, tmp_path: Path) -> None:
    done = purge.purge_list(built / "work" / WORK_DATABASE, tmp_path, "firm")
    lines = pl.read_parquet(done.folder / purge.LIST_PARQUET)
    lines.head(4).write_parquet(done.folder / purge.LIST_PARQUET)
    with pytest.raises(ConfigurationError, match="not the file"):
        purge.purge_certify(done.manifest, tmp_path / "inbox", date(2026, 3, 2))
    assert not (tmp_path / "inbox").exists()


@pytest.mark.parametrize("text", ["{}", "nonsense", '{"list_sha256": "x", "files": {}}'])
def test_what_is_no_manifest_is_told(tmp_path: Path, text: str) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(text)
    with pytest.raises(ConfigurationError, match="not a manifest"):
        purge.purge_certify(manifest, tmp_path / "inbox", date(2026, 3, 2))


def test_files_sent_again_change_nothing_and_purged_lines_are_known_when_they_return(
    built: Path, tmp_path: Path
) -> None:
    inbox, work = tmp_path / "inbox", tmp_path / "work"
    shutil.copytree(built / "inbox", inbox, ignore=shutil.ignore_patterns("real"))
    shutil.copytree(built / "work", work)
    database = work / WORK_DATABASE
    tables = "select * exclude (file_id, line) from landing.movements order by all"
    before = _ask(database, tables)
    done = purge.purge_list(database, tmp_path / "out", "firm")
    certificate = purge.purge_certify(done.manifest, inbox, date(2026, 3, 2))
    assert purge.purge_certify(done.manifest, inbox, date(2026, 4, 1)) == certificate
    folder = inbox / "history/fec/firm/shop"
    shutil.copy(folder / "123456789FEC20251231.txt", folder / "copy.txt")
    write_fec(folder / "shuffled.txt", LEDGER[::-1])
    write_fec(folder / "123456789FEC20251231.txt", [*LEDGER, *pair("20150401", "6")])
    # As after a whole build: entries of other dossiers keep their summaries, those of this one are made again.
    (work / dbt_project._DIGEST).write_text(dbt_project._digest(dbt_project._CODE))
    build(inbox, work, AS_OF, *_contract(), *MODELS)
    after = _ask(database, tables)
    assert len(after) == len(before) + 2
    assert set(before) < set(after)
    assert _ask(database, "select count(*) from landing.changes where table_name = 'movements'") == [(0,)]
    counts = _ask(
        database,
        "select name, rows_in, rows_accepted, rows_duplicate from landing.files where format = 'fec' and name like '%shop%' order by file_id",
    )
    assert [(str(name).rpartition("/")[2], *rest) for name, *rest in counts] == [
        ("123456789FEC20251231.txt", 12, 12, 0),
        ("123456789FEC20251231.txt", 14, 2, 12),
        ("copy.txt", 12, 0, 12),
        ("shuffled.txt", 12, 0, 12),
    ]
    verdicts = _ask(
        database,
        "select dossier_id, entry_number, verdict from sla_marts.history_purge_entries where client_id = 'firm' order by all",
    )
    assert verdicts == [
        ("d/1", "9", "previously_purged"),
        ("shop", "1", "previously_purged"),
        ("shop", "2", "previously_purged"),
        ("shop", "3", "hold_tax"),
        ("shop", "5", "blocked"),
        ("shop", "6", "purge"),
    ]


@pytest.mark.skipif(not REAL.is_dir(), reason="the real ledgers are not beside this checkout")
def test_the_real_ledgers_stand_in_the_marts_as_their_readme_says(ask: Ask) -> None:
    """Rows, entries, sums and bytes by calendar year of EcritureDate: data/fec/README.md."""
    found = ask(
        "select dossier_id, cast(year(entry_on) as integer), sum(lines), count(*), sum(debit), sum(credit), sum(size_bytes)"
        " from sla_intermediate.int_history_entry_verdicts inner join sla_intermediate.int_history_cut_offs using (dossier_key)"
        " where client_id = 'real' group by 1, 2 order by 1, 2"
    )
    assert [(*row[:4], str(row[4]), str(row[5]), row[6]) for row in found] == [
        ("neolegal-0000000001", 2021, 1869, 672, "4479800.47", "4479800.47", 234_362),
        ("neolegal-0000000001", 2022, 3553, 1361, "5706419.34", "5706419.34", 450_787),
        ("neolegal-000000000F", 2021, 7, 2, "472.11", "477.92", 988),
        ("neolegal-000000000F", 2022, 415, 207, "66974.22", "93434.61", 58_826),
        ("neolegal-000000000F", 2023, 1680, 261, "1197904.49", "1171438.29", 206_840),
        ("neolegal-111111111F", 2023, 934, 248, "225682.23", "225682.23", 194_272),
        ("odicom-123456789F", 2019, 3267, 406, "3447358.50", "3447358.50", 396_706),
        ("odicom-123456789F", 2020, 1649, 167, "465195.44", "465195.44", 204_294),
        ("quadra-123456789F", 2018, 5830, 2066, "7330358.48", "7330358.48", 660_576),
        ("quadra-123456789F", 2019, 6775, 2650, "6407927.47", "6407927.47", 764_202),
    ]
    years = ask(
        "select distinct dossier_id, fiscal_year_end from sla_intermediate.int_history_entry_verdicts inner join sla_intermediate.int_history_cut_offs using (dossier_key)"
        " where client_id = 'real'"
        " order by 1, 2"
    )
    assert [(dossier, str(end)) for dossier, end in years] == [
        ("neolegal-0000000001", "2022-08-31"), ("neolegal-000000000F", "2021-12-31"), ("neolegal-000000000F", "2022-12-31"),
        ("neolegal-000000000F", "2023-12-31"), ("neolegal-111111111F", "2023-12-31"), ("odicom-123456789F", "2020-03-31"),
        ("quadra-123456789F", "2019-07-31"),
    ]  # fmt: skip
    files = ask(
        "select count(*), sum(rows), sum(rows_unreadable), count(distinct file_ref) from sla_marts.history_fec_files where client_id = 'real'"
    )
    assert files == [(5, 25_979, 0, 5)]
    assert ask(
        "select entry_key, entries, unbalanced, law_entries, law_unbalanced from sla_marts.history_entry_keys where journal_code = 'AD'"
    ) == [("journal_number", 1, 0, 210, 210)]


@pytest.mark.skipif(not REAL.is_dir(), reason="the real ledgers are not beside this checkout")
@pytest.mark.parametrize(
    "name",
    sorted(path.name for path in REAL.iterdir() if path.suffix.lower() == ".txt") if REAL.is_dir() else [],
)
def test_a_real_ledger_archived_reads_back_to_the_same_lines(name: str, tmp_path: Path) -> None:
    from pipelines.inbox.discovery import InboxFile
    from pipelines.inbox.source_config import SourceConfig
    from pipelines.readers import history_fec

    def movements(path: Path) -> pl.DataFrame:
        file = InboxFile(path, f"history/fec/c/d/{path.name}", "history", "fec", SourceConfig())
        return pl.concat([batch.rows for batch in history_fec.read(file) if batch.table == "movements"])

    original = movements(REAL / name)
    (tmp_path / "archive.txt").write_bytes(purge.fec(original))
    again = movements(tmp_path / "archive.txt")
    assert (
        again.drop("size_bytes").sort("movement_id").equals(original.drop("size_bytes").sort("movement_id"))
    )

"""No purge list for anybody while what may be a hold of any client cannot be read; and what corrects it (R41)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from pipelines.cli import cli
from pipelines.evidence.purge_rejects import SHOWN
from pipelines.published.publication import publish
from pipelines.resources import ROOT, WORK_DATABASE
from tests.build import build, land
from tests.conftest import livret
from tests.history.test_history_purge import pair, write_fec

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)
MODELS = ("--select", "+path:models/marts/history", "int_history_unplaced_guards", "runs")
HEAD = "hold_id,client_id,dossier_id,reason,from_on\n"
OTHER_CLIENT = "h1,other,d,case,2020-01-01\n"
ODD = {
    "holds/canonical/a.csv": HEAD + 'h2,firm,"shop,case,2020-01-01\nh3,,shop,case,2020-01-01\n',
    "holds/canonical/b.csv.gz": "no archive",
    "holds/canonical/c.txt": HEAD + OTHER_CLIENT,
    "holds/d/d.csv": HEAD,
    "hold/canonical/e.csv": HEAD,
    "holds/canonical/f.csv": HEAD + "h4,frim,,case,2020-01-01\nh5,frim,,case,01.01.2020\n",
    "holds/canonical/g.csv": "hold_id,dossier_id,reason,from_on\nh6,shop,case,2020-01-01\n",
    "registry/canonical/dossier.csv": "client_id,dossier_id,fiscal_year_end\nother,d,06-30\n",
    "registry/canonical/Dossiers.csv": "client_id,dossier_id,fiscal_year_end\nother,e,06-30\n",
}
NAMED = (
    "holds/canonical/a.csv line 2: broken_record", "holds/canonical/a.csv line 3: required_value_missing",
    "holds/canonical/b.csv.gz line 1: broken_archive", "holds/canonical/c.txt line 1: unknown_ending",
    "holds/d/d.csv line 1: unknown_format", "hold/canonical/e.csv line 1: unknown_format",
    "holds/canonical/f.csv line 2: hold 'h4' of client 'frim'", "holds/canonical/f.csv line 3: not_a_date",
    "holds/canonical/g.csv line 1: missing_column", "registry/canonical/dossier.csv line 1: unknown_file_name",
    "registry/canonical/Dossiers.csv line 1: unknown_file_name",
)  # fmt: skip


def put(inbox: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (inbox / name).parent.mkdir(parents=True, exist_ok=True)
        (inbox / name).write_text(text, encoding="utf-8")


def run(folder: Path) -> None:
    work = folder / "w.work"
    build(folder / "inbox", work, AS_OF, ROOT / "data" / "contract", *MODELS)
    publish(work / WORK_DATABASE, folder / "w.duckdb")


def purge_list(folder: Path, *more: str) -> Result:
    asked = ("--client", "firm", "--warehouse", str(folder / "w.duckdb"), "--output", str(folder / "purge"))
    return CliRunner().invoke(cli, ["purge-list", *asked, *more])


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("refused")
    bad = [{**line, "EcritureDate": "20150230"} for line in pair("20150120", "2")]
    write_fec(folder / "inbox/history/fec/firm/shop/export.txt", [*pair("20150115", "1"), *bad])
    put(folder / "inbox", ODD)
    run(folder)
    return folder


def test_nobody_gets_a_list_while_a_hold_may_be_anybodys_and_all_do_once_it_is_corrected(
    refused: Path,
) -> None:
    asked = ("--client", "firm", "--warehouse", refused / "w.duckdb", "--output", refused / "purge")
    done = livret("purge-list", *asked, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert not (refused / "purge").exists()
    assert done.stderr.startswith("livret: no purge list for 'firm'")
    assert sum(name in done.stderr for name in NAMED) == SHOWN
    assert f"and {len(NAMED) - SHOWN} more, see sla_marts.unjudged" in done.stderr
    with duckdb.connect(str(refused / "w.work" / WORK_DATABASE), read_only=True) as con:
        count = con.execute("select count(*) from sla_intermediate.int_history_unplaced_guards").fetchone()
    assert count == (len(NAMED),)

    inbox = refused / "inbox"
    for name, moved in (("holds/canonical/c.txt", "holds/canonical/c.csv"), ("holds/d/d.csv", "holds/canonical/d.csv"),
                        ("hold/canonical/e.csv", "holds/canonical/e.csv"),
                        ("registry/canonical/dossier.csv", "registry/canonical/dossiers.csv"),
                        ("registry/canonical/Dossiers.csv", "registry/canonical/dossiers_2.csv")):  # fmt: skip
        (inbox / name).rename(inbox / moved)
    put(
        inbox,
        {
            "holds/canonical/a.csv": HEAD + "h2,firm,shop,case,2030-01-01\nh3,firm,shop,case,2030-01-01\n",
            "holds/canonical/f.csv": HEAD + "h4,firm,,case,2030-01-01\nh5,firm,,case,2030-01-01\n",
            "holds/canonical/g.csv": HEAD + "h6,firm,shop,case,2030-01-01\n",
            "registry/canonical/environments.csv": "environment_id,client_id,contract_id,kind,opened_on\n"
            + "".join(f"{c},{c},quadra-expert-2023-09,production,2010-01-01\n" for c in ("firm", "other")),
        },
    )
    (inbox / "holds/canonical/b.csv.gz").write_bytes(gzip.compress(HEAD.encode()))
    run(refused)
    told = purge_list(refused)
    assert told.exit_code == 0, told.output
    assert told.output.startswith("2 lines in 1 entries")
    assert "history/fec/firm/shop/export.txt line 4 and 1 more: not_a_date" in told.output
    answer = json.loads(purge_list(refused, "--json").output)
    assert answer["rejects"] == json.loads(Path(answer["manifest"]).read_text())["rejects"]
    assert [reject["rule"] for reject in answer["rejects"]] == ["not_a_date"]


@pytest.fixture
def rejected(tmp_path: Path) -> Callable[[str], list[tuple[object, ...]]]:
    """Rejected holds by reading, after a file was read with a text."""

    def read(text: str) -> list[tuple[object, ...]]:
        put(tmp_path / "inbox", {"holds/canonical/a.csv": HEAD + text})
        database = land(tmp_path / "inbox", tmp_path / "work", AS_OF)
        with duckdb.connect(str(database), read_only=True) as con:
            return con.execute(
                "select files.file_id, rejected.hold_id, rejected.client_id from landing.files"
                " left join landing.rejected_holds as rejected using (file_id) order by all"
            ).fetchall()

    return read


def test_every_reading_keeps_its_own_rejects(rejected: Callable[[str], list[tuple[object, ...]]]) -> None:
    """Spoilt, mended, spoilt again by an old copy: the newest reading tells, though its rejects were all known."""
    spoilt, mended = "h1,c,,case,01/01/2020\n", "h1,c,,case,2020-01-01\n"
    first = rejected(spoilt)
    assert first == [(first[0][0], "h1", "c")]
    assert rejected(spoilt) == first
    assert [row[1:] for row in rejected(mended)] == [("h1", "c"), (None, None)]
    assert [row[1:] for row in rejected(spoilt)] == [("h1", "c"), (None, None), ("h1", "c")]

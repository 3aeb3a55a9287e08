"""The report and the notebook over the sample warehouse, as a run leaves them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.errors import BuildError
from pipelines.reports.labels import percent
from pipelines.reports.page import write as write_report
from tests.conftest import SAMPLE_AS_OF, Built

AS_OF = datetime.fromisoformat(SAMPLE_AS_OF)
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)> & {{plotly}} </script>'


class Tags(HTMLParser):
    """Counts elements, collects what lies in table cells, and every address the page could ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.counts: dict[str, int] = {}
        self.cells: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "data", "srcset")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        if tag == "td":
            self.cells.append("")
        if tag not in ("meta", "br", "img", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if "td" in self.open:
            self.cells[-1] += data


def parsed(page: str) -> Tags:
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    return tags


@pytest.fixture(scope="module")
def page(sample: Built) -> str:
    (path,) = sample.reports.glob("*.html")
    assert path.name == "livret-2026-03-31T070000Z.html"
    return path.read_text(encoding="utf-8")


@pytest.fixture
def spoilt(sample: Built, tmp_path: Path) -> Iterator[Path]:
    """A copy of the sample warehouse, free to be changed."""
    copy = tmp_path / "copy.duckdb"
    shutil.copy(sample.warehouse, copy)
    yield copy


def test_the_page_asks_for_nothing_from_outside(page: str) -> None:
    tags = parsed(page)
    assert tags.addresses == []
    assert "<link" not in page
    assert not re.search(r"@import|url\(", page.split("</style>", maxsplit=1)[0])


def test_the_page_is_well_formed_and_has_its_five_cards_and_four_charts(page: str) -> None:
    tags = parsed(page)
    assert page.count('class="card ') == 5
    charts = re.findall(r'<div id="([\w-]+)" class="plot"', page)
    assert charts == ["c0-availability", "c0-adherence", "c0-backups", "purge"]
    for chart in charts:
        for language in ("fr", "en"):
            assert f'id="{chart}-{language}"' in page
    assert tags.counts["section"] == 7


def test_the_page_prints_the_rates_of_the_marts_cut(page: str, marts: duckdb.DuckDBPyConnection) -> None:
    cells = parsed(page).cells
    rates = marts.execute(
        "select availability_pct, availability_floor_pct, adherence_pct, backup_coverage_pct"
        " from sla_marts.headline"
    ).fetchall()
    assert len(rates) >= 12
    for row in rates:
        for rate in row:
            if rate is not None:
                assert percent(rate, "fr") + percent(rate, "en") in cells
    exact = marts.execute(
        "select environment_id, month, availability_pct, availability_pct_cut"
        " from sla_marts.monthly_availability where availability_pct is not null"
    ).fetchall()
    for environment_id, month, rate, cut in exact:
        assert percent(rate, "en") == f"{cut}%", (environment_id, month)


def test_every_broken_promise_is_listed(page: str, marts: duckdb.DuckDBPyConnection) -> None:
    broken = marts.execute(
        "select environment_id, availability_pct from sla_marts.monthly_availability where verdict = 'broken'"
    ).fetchall()
    assert broken
    section = page.split("Promise broken</span></h3>")[1].split("<h3>", maxsplit=1)[0]
    cells = parsed(section).cells
    for environment_id, rate in broken:
        assert environment_id in cells
        assert percent(rate, "fr") + percent(rate, "en") in cells
    assert len(cells) == 8 * len(broken)


def test_environments_in_no_manifest_are_drawn_as_missing(
    page: str, marts: duckdb.DuckDBPyConnection
) -> None:
    nowhere = marts.execute(
        "select distinct environment_id from sla_marts.headline_backup_places where place is null"
    ).fetchall()
    assert ("c5106",) in nowhere, "the sample's environment without backups"
    spec = page.split('id="c0-backups-fr">')[1].split("</script>", maxsplit=1)[0]
    for (environment_id,) in nowhere:
        assert f"{environment_id} \\u00b7 \\u2013" in spec or f"{environment_id} · –" in spec


def test_the_same_warehouse_gives_the_same_bytes(sample: Built, tmp_path: Path, page: str) -> None:
    again = write_report(sample.warehouse, tmp_path / "again", AS_OF)
    assert again.read_text(encoding="utf-8") == page
    assert [path.name for path in again.parent.iterdir()] == [again.name], "no draft is left behind"


def test_a_report_is_refused_for_another_instant(sample: Built, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="was asked for 2026-03-31T10:00:00"):
        write_report(sample.warehouse, tmp_path, AS_OF + timedelta(hours=1))
    with pytest.raises(BuildError, match="no warehouse"):
        write_report(tmp_path / "none.duckdb", tmp_path, AS_OF)


def test_hostile_names_stay_text(spoilt: Path, tmp_path: Path, page: str) -> None:
    with duckdb.connect(str(spoilt)) as con:
        con.execute("update sla_marts.headline_environments set client_name = ?", [HOSTILE])
        con.execute("update sla_marts.headline_rejects set rule = ?, first_file = ?", [HOSTILE, HOSTILE])
        con.execute(
            "update sla_marts.headline_backup_places set place = ? where place is not null", [HOSTILE]
        )
        con.execute("update sla_contract.contracts set title = ?, service = ?", [HOSTILE, HOSTILE])
    hostile = write_report(spoilt, tmp_path / "reports", AS_OF).read_text(encoding="utf-8")
    before, after = parsed(page), parsed(hostile)
    assert after.counts["script"] == before.counts["script"]
    assert "img" not in after.counts
    assert after.handlers == []
    assert any(HOSTILE in cell for cell in after.cells)
    spec = hostile.split('id="c0-backups-fr">')[1].split("</script>")[0]
    assert "&lt;script" in spec, "Plotly reads markup in labels, so they are escaped once more"


def test_an_empty_warehouse_still_gives_a_page(spoilt: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(spoilt)) as con:
        names = con.execute(
            "select table_name from duckdb_tables() where schema_name = 'sla_marts' and table_name not in"
            " ('headline_total', 'headline_contracts', 'runs')"
        ).fetchall()
        for (name,) in names:
            con.execute(f"delete from sla_marts.{name}")
        con.execute("update sla_marts.headline_contracts set required_nights = 0, covered_nights = 0")
    empty = write_report(spoilt, tmp_path / "reports", AS_OF).read_text(encoding="utf-8")
    parsed(empty)
    assert "Rien à signaler." in empty
    assert "nothing measured" in empty


def test_two_contracts_have_sections_of_their_own(spoilt: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(spoilt)) as con:
        for name in ("headline", "headline_contracts", "headline_sla", "headline_exclusions"):
            con.execute(
                f"insert into sla_marts.{name} by name"
                f" select * replace ('other' as contract_id) from sla_marts.{name}"
            )
        con.execute(
            "insert into sla_contract.contracts"
            " select * replace ('other' as contract_id) from sla_contract.contracts"
        )
    both = write_report(spoilt, tmp_path / "reports", AS_OF).read_text(encoding="utf-8")
    parsed(both)
    assert both.count('class="card ') == 8, "three by contract, two for the whole warehouse"
    assert 'id="c1-availability"' in both


def test_long_lists_are_cut_and_say_so(spoilt: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(spoilt)) as con:
        con.execute(
            "insert into sla_marts.headline_rejects"
            " select source, format, rule || i, rows_rejected, files, first_file, first_seen_at"
            " from (from sla_marts.headline_rejects limit 1), range(500) as numbers(i)"
        )
    page = write_report(spoilt, tmp_path / "reports", AS_OF).read_text(encoding="utf-8")
    total = int(re.search(r"60 of (\d+) rows; sla_marts.headline_rejects has all of them", page)[1])  # type: ignore[index]
    assert total > 500


def test_the_report_does_not_keep_the_warehouse_open(sample: Built, tmp_path: Path) -> None:
    copy = tmp_path / "copy.duckdb"
    shutil.copy(sample.warehouse, copy)
    write_report(copy, tmp_path / "reports", AS_OF)
    with duckdb.connect(str(copy)) as con:
        assert con.execute("select count(*) from sla_marts.headline_total").fetchone() == (1,)


# ---------------------------------------------------------------- the notebook
def test_the_notebook_answers_its_questions(
    executed: Callable[[str], Any], marts: duckdb.DuckDBPyConnection
) -> None:
    notebook = executed("monthly_review")
    outputs = [
        "".join(
            output["data"]["text/plain"]
            for output in cell["outputs"]
            if output["output_type"] == "execute_result"
        )
        for cell in notebook.cells
        if cell["cell_type"] == "code"
    ]
    assert all(outputs[1:]), "every question has an answer"
    worst = marts.execute(
        "select environment_id from sla_marts.monthly_availability where verdict = 'broken'"
        " order by error_budget_left_s, environment_id limit 1"
    ).fetchone()
    assert worst is not None
    assert worst[0] in outputs[3]
    assert worst[0] in outputs[4]
    verdicts = marts.execute(
        "select distinct verdict from sla_marts.obligations where month = '2026-02-01'"
    ).fetchall()
    unkept = {verdict for (verdict,) in verdicts} & {"broken", "at_risk", "inconclusive"}
    assert unkept
    assert all(verdict in outputs[2] for verdict in unkept)
    late = marts.execute(
        "select ticket_id from sla_marts.ticket_commitments where outcome = 'breached'"
    ).fetchall()
    assert late
    assert all(ticket_id in outputs[5] for (ticket_id,) in late)

"""What protects an accounting line fails closed, and the forms a FEC comes in (F3, F6, F10)."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from tests.faults import more_fec

Con = duckdb.DuckDBPyConnection
BLOCKED = ("blocked", "open_item", 2)


def verdict(con: Con, client: str, dossier: str) -> list[Any]:
    return con.execute(
        "select verdict, reasons, lines::int from sla_marts.history_purge_candidates where client_id = ? and dossier_id = ?",
        [client, dossier],
    ).fetchall()


@pytest.mark.parametrize(
    ("dossier", "expected"),
    [
        ("control", BLOCKED),
        ("quoted_texts", BLOCKED),
        ("apostrophe", BLOCKED),
        ("let_of_two_quotes", BLOCKED),
        ("let_of_zero_width_space", BLOCKED),
        ("all_quoted", ("purge", "", 2)),
    ],
)
def test_f3_no_quote_frees_an_open_item(
    con: Con, dossier: str, expected: tuple[str, str | None, int]
) -> None:
    assert verdict(con, "cli", dossier) == [expected]


@pytest.mark.parametrize("dossier", more_fec.CASES)
@pytest.mark.parametrize("own", ["", "own_"])
def test_what_cannot_be_understood_stays(con: Con, dossier: str, own: str) -> None:
    wanted = more_fec.CASES[dossier][2]
    assert verdict(con, "odd", own + dossier) == [BLOCKED if wanted == "blocked" else ("purge", "", 2)]


@pytest.mark.parametrize("dossier", [*more_fec.TIES, "own_tied", "own_untied"])
def test_a_rejected_line_holds_back_what_it_is_lettered_with(con: Con, dossier: str) -> None:
    wanted = more_fec.TIES[dossier.removeprefix("own_")][1]
    found = con.execute(
        "select verdict, reasons from sla_marts.history_purge_candidates"
        " where client_id = 'odd' and dossier_id = ? and entries > 0 and year(fiscal_year_end) = 2018",
        [dossier],
    ).fetchall()
    assert found == [("blocked", "lettering_reaches_period") if wanted == "blocked" else ("purge", "")]


def test_f6_a_separator_in_a_label_costs_its_line_and_keeps_its_entry(con: Con) -> None:
    rejected = "select line, rule from landing.rejects where file like '%/G01/%'"
    assert con.execute(rejected).fetchall() == [(2, "wrong_number_of_fields")]
    assert [row[0] for row in verdict(con, "cli", "G01")] == ["quarantine"]
    assert con.execute(
        "select debit::int from sla_marts.history_fec_files where dossier_id = 'G01'"
    ).fetchall() == [(0,)]


@pytest.mark.parametrize("dossier", ["xml", "utf16", "accented_header"])
def test_f10_forms_of_the_fec_are_read(con: Con, dossier: str) -> None:
    found = con.execute(
        "select entries::int, rows::int, debit::int, credit::int from sla_marts.history_fec_files where dossier_id = ?",
        [dossier],
    ).fetchall()
    assert found == [(1, 2, 100, 100)]
    assert [row[0] for row in verdict(con, "cli", dossier)] == ["purge"]
    told = con.execute(
        "select deviation from sla_marts.history_fec_deviations join sla_marts.history_fec_files using (file_ref)"
        " where dossier_id = ?",
        [dossier],
    ).fetchall()
    assert dossier == "xml" or told

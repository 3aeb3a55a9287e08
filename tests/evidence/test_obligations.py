"""The register of obligations: verdicts of the samples by a second route, and what documents attest."""

from __future__ import annotations

import csv
from datetime import date
from fractions import Fraction
from typing import Any

import duckdb

from pipelines.resources import ROOT
from tests.evidence.test_headline import rows

Row = dict[str, Any]
THIS_MONTH = date(2026, 3, 1)


def register(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, date], Row]:
    return {(row["title"], row["month"]): row for row in rows(con, "obligations")}


def titles(**wanted: str) -> list[str]:
    with (ROOT / "data/contract/clauses.csv").open(encoding="utf-8", newline="") as file:
        return [row["title"] for row in csv.DictReader(file) if wanted.items() <= row.items()]


def worst(verdicts: list[str]) -> str:
    order = ("broken", "at_risk", "inconclusive", "kept")
    found = [{"met": "kept"}.get(verdict, verdict) for verdict in verdicts]
    return min(found, key=order.index) if found else "no_data"


def test_every_clause_has_a_row_in_every_month(marts: duckdb.DuckDBPyConnection) -> None:
    found = register(marts)
    months = {month for _, month in found}
    assert months == {row["month"] for row in rows(marts, "headline")}
    assert found.keys() == {(title, month) for title in titles() for month in months}
    assert {row["is_over"] for (_, month), row in found.items() if month == THIS_MONTH} == {False}


def test_availability_is_that_of_the_worst_environment(marts: duckdb.DuckDBPyConnection) -> None:
    """A month in progress is broken for certain only once its whole reference cannot make good what was lost."""
    (title,) = titles(measured_by="monthly_availability")
    # Reference of all of March: 05:00 to 22:00 or so, by the clock's own windows.
    open_s = sum(
        Fraction(row["closes_s"] - row["opens_s"])
        * sum(date(2026, 3, day).isoweekday() == row["weekday"] for day in range(1, 32))
        for row in marts.execute("select * from sla_contract.clocks where clock = 'reference'")
        .pl()
        .to_dicts()
    )
    by_month: dict[date, list[tuple[str, float]]] = {}
    for row in rows(marts, "monthly_availability"):
        if row["environment_kind"] != "production" or row["verdict"] is None:
            continue
        verdict = row["verdict"]
        if row["month"] == THIS_MONTH and verdict == "broken":
            # An environment that closed has no more reference to make good with, but a contract's month still has.
            so_far = max(
                Fraction(other["reference_s"])
                for other in rows(marts, "monthly_availability")
                if other["month"] == THIS_MONTH
            )
            whole = Fraction(row["reference_s"]) + open_s - so_far
            allowed = whole * (100 - Fraction(row["target_pct"])) / 100
            verdict = "at_risk" if Fraction(row["counted_s"]) <= allowed else "broken"
        by_month.setdefault(row["month"], []).append((verdict, row["availability_pct"]))
    found = register(marts)
    for month in {month for _, month in found}:
        row = found[title, month]
        judged = by_month.get(month, [])
        assert row["verdict"] == worst([verdict for verdict, _ in judged]), month
        assert row["figure"] == min((rate for _, rate in judged), default=None)
        assert row["findings"] == (len(judged) or None)


def test_take_in_charge_follows_the_tickets(marts: duckdb.DuckDBPyConnection) -> None:
    (title,) = titles(measured_by="monthly_sla_adherence", commitment="take_in_charge")
    outcomes: dict[date, list[str]] = {}
    for ticket in rows(marts, "ticket_commitments"):
        if ticket["commitment"] == "take_in_charge" and ticket["contract_id"]:
            outcomes.setdefault(ticket["month"], []).append(ticket["outcome"])
    words = {"breached": "broken", "running": "at_risk", "met": "kept", "unclassified": "inconclusive"}
    found = register(marts)
    for month in {month for _, month in found}:
        row = found[title, month]
        counted = [words[outcome] for outcome in outcomes.get(month, []) if outcome in words]
        assert row["verdict"] == worst(counted), month
        kept, broken = counted.count("kept"), counted.count("broken")
        assert row["figure"] is None or abs(row["figure"] - 100 * kept / (kept + broken)) < 1e-9


def test_nights_and_retention_follow_the_points(marts: duckdb.DuckDBPyConnection) -> None:
    (nights,) = titles(measured_by="backup_coverage")
    (retention,) = titles(measured_by="backup_point_retention")
    production = {
        row["environment_id"]
        for row in rows(marts, "headline_environments")
        if row["environment_kind"] == "production"
    }
    missed: dict[date, list[str]] = {}
    for row in rows(marts, "backup_nights"):
        if row["environment_id"] in production and row["content"] == "data":
            verdict = "kept" if row["is_covered"] else "inconclusive" if row["places_unknown"] else "broken"
            missed.setdefault(row["night_on"].replace(day=1), []).append(verdict)
    early: dict[date, list[str]] = {}
    for row in rows(marts, "backup_point_retention"):
        if row["environment_id"] in production and row["is_promised"]:
            verdict = {"expired_early": "broken", "undecidable": "inconclusive"}.get(row["verdict"], "kept")
            early.setdefault(row["night_on"].replace(day=1), []).append(verdict)
    found = register(marts)
    for month in {month for _, month in found}:
        if month == THIS_MONTH:  # the nights that are due reach back 45 days only
            assert found[nights, month]["verdict"] == worst(missed[month])
        assert found[retention, month]["verdict"] == worst(early.get(month, [])), month


def test_documents_attest_the_months_they_speak_for(marts: duckdb.DuckDBPyConnection) -> None:
    """Article 7: one certificate until 1 February 2026, a report of 10 March; article 13: a list that ended in December."""
    found = register(marts)
    (premises, tutorials), (portal,) = (
        [title for title in titles(nature="attested") if found[title, THIS_MONTH]["article"] in articles]
        for articles in (("7", "13"), ("12",))
    )
    told = {month: found[premises, month]["document"] for _, month in found}
    assert told[date(2026, 1, 1)] == "Certificat ISO/IEC 27001, centre de Lyon"
    assert (told[date(2026, 2, 1)], found[premises, date(2026, 2, 1)]["verdict"]) == (None, "no_data")
    assert told[THIS_MONTH] == "Rapport d'audit SOC 2, centre de Rennes"
    assert (found[premises, THIS_MONTH]["file"], found[premises, THIS_MONTH]["line"]) == (
        "attestations/canonical/attestations.csv",
        3,
    )
    assert found[tutorials, date(2025, 11, 1)]["verdict"] == "attested"
    assert found[tutorials, date(2025, 12, 1)]["verdict"] == "no_data"
    assert found[portal, THIS_MONTH]["verdict"] == "no_data", "its only document has no readable date"


def test_what_nobody_measures_says_why(marts: duckdb.DuckDBPyConnection) -> None:
    silent = [row for row in rows(marts, "obligations") if row["verdict"] == "no_data"]
    assert silent
    assert all(row["why"] and row["figure"] is None and row["document"] is None for row in silent)

"""Headline marts against the marts they gather, added up a second way: in Python, with exact fractions."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Any

import duckdb
import pytest

Key = tuple[Any, ...]
Sums = dict[Key, dict[str, Fraction]]


def rows(con: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    found = con.execute(f"select * from sla_marts.{table}")
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def add_up(given: list[dict[str, Any]], key: tuple[str, ...], columns: tuple[str, ...]) -> Sums:
    sums: Sums = defaultdict(lambda: dict.fromkeys(columns, Fraction(0)))
    for row in given:
        for column in columns:
            sums[tuple(row[name] for name in key)][column] += Fraction(row[column])
    return dict(sums)


def rate(part: Fraction, whole: Fraction) -> Any:
    return None if whole == 0 else pytest.approx(float(part * 100 / whole), rel=1e-12)


def test_availability_of_a_month_is_the_rate_of_the_sums(marts: duckdb.DuckDBPyConnection) -> None:
    production = [
        row for row in rows(marts, "monthly_availability") if row["environment_kind"] == "production"
    ]
    columns = ("reference_s", "unavailable_s", "excluded_s", "counted_s", "unobserved_s", "undecided_s")
    sums = add_up(production, ("contract_id", "month"), columns)
    headline = {(row["contract_id"], row["month"]): row for row in rows(marts, "headline")}
    assert sums.keys() <= headline.keys()
    for key, expected in sums.items():
        found = headline[key]
        for column in columns[:-1]:
            assert Fraction(found[column]) == expected[column], (key, column)
        up = expected["reference_s"] - expected["counted_s"]
        assert found["availability_pct"] == rate(up, expected["reference_s"])
        assert found["availability_floor_pct"] == rate(up - expected["undecided_s"], expected["reference_s"])
        verdicts = [row["verdict"] for row in production if (row["contract_id"], row["month"]) == key]
        worst = next((verdict for verdict in ("broken", "inconclusive", "met") if verdict in verdicts), None)
        assert found["verdict"] == worst
        assert found["environments"] == len(verdicts)


def test_adherence_and_nights_of_a_month_are_sums(marts: duckdb.DuckDBPyConnection) -> None:
    sla = add_up(
        rows(marts, "monthly_sla_adherence"), ("contract_id", "month"), ("met", "breached", "running")
    )
    nights = add_up(
        [
            row
            for row in rows(marts, "monthly_backup_coverage")
            if row["environment_kind"] == "production" and row["content"] == "data"
        ],
        ("contract_id", "month"),
        ("required_nights", "covered_nights"),
    )
    headline = {(row["contract_id"], row["month"]): row for row in rows(marts, "headline")}
    assert sla
    assert nights
    assert sla.keys() | nights.keys() <= headline.keys()
    for key, found in headline.items():
        expected = sla.get(key, {"met": Fraction(0), "breached": Fraction(0), "running": Fraction(0)})
        assert [found[f"sla_{name}"] for name in expected] == list(expected.values()), key
        assert found["adherence_pct"] == rate(expected["met"], expected["met"] + expected["breached"])
        due = nights.get(key, {"required_nights": Fraction(0), "covered_nights": Fraction(0)})
        assert [found[f"backup_{name}"] for name in due] == list(due.values()), key
        assert found["backup_coverage_pct"] == rate(due["covered_nights"], due["required_nights"])


def test_tickets_of_a_month_are_counted_once_by_commitment(marts: duckdb.DuckDBPyConnection) -> None:
    """From the tickets themselves, past both marts between."""
    counted = marts.execute(
        "select contract_id, month, commitment, criticality, count(*) from sla_marts.ticket_commitments"
        " group by all order by all"
    ).fetchall()
    shown = marts.execute(
        "select contract_id, month, commitment, criticality, tickets from sla_marts.headline_sla order by all"
    ).fetchall()
    assert shown == counted


def test_purge_totals_are_those_of_the_entries(marts: duckdb.DuckDBPyConnection) -> None:
    total = rows(marts, "headline_total")[0]
    out = marts.execute(
        "select count(*), sum(lines), sum(debit), count(distinct (client_id, dossier_id))"
        " from sla_marts.history_purge_entries where verdict = 'purge'"
    ).fetchone()
    assert out == (
        total["purge_entries"],
        total["purge_lines"],
        total["purge_debit"],
        total["purge_dossiers"],
    )
    by_year = rows(marts, "headline_purge")
    assert sum(row["lines"] for row in by_year) == total["history_lines"]
    assert sum(row["lines"] for row in by_year if row["verdict"] == "purge") == total["purge_lines"]


def test_excluded_time_by_cause_adds_up_to_the_excluded_time(marts: duckdb.DuckDBPyConnection) -> None:
    by_cause = add_up(rows(marts, "headline_exclusions"), ("contract_id", "month"), ("excluded_s",))
    for row in rows(marts, "headline"):
        expected = by_cause.get((row["contract_id"], row["month"]), {"excluded_s": Fraction(0)})["excluded_s"]
        assert Fraction(row["excluded_s"] or 0) == expected, row["month"]


def test_every_required_night_has_at_least_the_places_promised(marts: duckdb.DuckDBPyConnection) -> None:
    nights = {
        (row["environment_id"], row["night_on"]): row["places_needed"]
        for row in rows(marts, "backup_nights")
        if row["content"] == "data"
    }
    drawn: dict[Key, list[str]] = defaultdict(list)
    for row in rows(marts, "headline_backup_places"):
        drawn[row["environment_id"], row["night_on"]].append(row["state"])
    assert drawn.keys() == nights.keys()
    coverage = {
        row["environment_id"]: row["restorable_nights"]
        for row in rows(marts, "backup_coverage")
        if row["content"] == "data" and row["required_nights"]
    }
    restorable: dict[str, int] = dict.fromkeys(coverage, 0)
    for (environment_id, night_on), states in drawn.items():
        restorable[environment_id] += states.count("restorable") >= nights[environment_id, night_on]
    assert restorable == coverage


def test_rejects_are_counted_by_rule(marts: duckdb.DuckDBPyConnection) -> None:
    rejected = marts.execute("select count(*) from sla_marts.rejects").fetchone()
    assert rejected == (sum(row["rows_rejected"] for row in rows(marts, "headline_rejects")),)
    assert rejected == (rows(marts, "headline_total")[0]["rows_rejected"],)

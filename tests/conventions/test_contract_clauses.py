"""The obligation register names marts that exist; report and notebook read the marts their exposures name."""

from __future__ import annotations

import csv
import re

import pytest
import yaml

from pipelines.contract import booklet
from pipelines.resources import ROOT

MARTS = {path.stem for path in (ROOT / "models" / "marts").rglob("*.sql")}


def test_every_measured_clause_names_a_mart_that_exists_or_says_what_it_lacks() -> None:
    with (ROOT / "data/contract/clauses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    unknown = {row["measured_by"] for row in rows} - MARTS - {""}
    assert not unknown
    assert all(row["why"] for row in rows)
    silent = [
        row["title"]
        for row in rows
        if row["nature"] == "measured" and not row["measured_by"] and "no_data" not in row["why"]
    ]
    assert not silent, "measured clauses without a mart say which data they lack"


def test_nothing_but_measured_clauses_names_a_mart() -> None:
    clauses = booklet.load(ROOT / "data/contract").tables["clauses"].to_dicts()
    assert not [row["title"] for row in clauses if row["measured_by"] and row["nature"] != "measured"]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("monthly_report", "pipelines/reports/page.py"),
        ("monthly_review", "notebooks/monthly_review.py"),
        ("availability_dispute", "notebooks/availability_dispute.py"),
    ],
)
def test_exposures_name_the_marts_that_are_read(name: str, source: str) -> None:
    exposures = [
        exposure
        for path in (ROOT / "models" / "marts").rglob("*__exposures.yml")
        for exposure in yaml.safe_load(path.read_text(encoding="utf-8"))["exposures"]
    ]
    (exposure,) = [found for found in exposures if found["name"] == name]
    named = {re.sub(r"ref\('(\w+)'\)", r"\1", text) for text in exposure["depends_on"]}
    code = (ROOT / source).read_text(encoding="utf-8")
    read = set(re.findall(r"(?:from|join) sla_marts\.(\w+)|mart=\"(\w+)\"", code))
    assert named == {first or second for first, second in read}

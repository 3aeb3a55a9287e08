"""The invariants of the marts: each kind of rule finds the row that breaks it, and says which rule it was."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.resources import WORK_DATABASE
from pipelines.warehouse import dbt_project
from tests.conftest import Built


@pytest.fixture(scope="module")
def queries(sample: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """A copy of the sample's working database, and the query of each mart's invariants as a run asks it."""
    work = tmp_path_factory.mktemp("invariants") / "work"
    shutil.copytree(sample.warehouse.parent / "livret.work", work)
    outcomes = dbt_project.build(work, "--select", "test_name:invariants")
    assert len(outcomes) > 30
    assert not [outcome.unique_id for outcome in outcomes if outcome.status != "pass"]
    yield work / WORK_DATABASE, {str(outcome.mart): outcome.query for outcome in outcomes}


@pytest.mark.parametrize(
    ("mart", "change", "rule", "rows"),
    [
        ("outages", "insert into {mart} from {mart} limit 1", {"unique_environment_id__outage_id"}, 2),
        ("outages", "update {mart} set down_until = '2030-01-01' where down_until = (select min(down_until) from {mart} as o"
                    " where exists (from {mart} as p where p.environment_id = o.environment_id and p.down_from > o.down_from))",
         {"no_overlap_down_from__down_until"}, 1),
        ("monthly_availability", "update {mart} set observed_s = observed_s + 1 where reference_s > 0",
         {"observed_and_unobserved_make_the_reference"}, None),
        ("monthly_availability", "update {mart} set unavailable_s = observed_s + 1, excluded_s = 0 where month = '2026-02-01'",
         {"counted_is_unavailable_less_excluded", "downtime_was_observed"}, None),
        ("source_freshness", "alter table {mart} alter source drop not null; update {mart} set source = null",
         {"present_source__format"}, None),
        ("source_freshness", "update {mart} set rows_duplicate = -1",
         {"not_negative_rows_in__rows_accepted__rows_rejected__rows_duplicate"}, None),
    ],
)  # fmt: skip
def test_each_kind_of_rule_names_itself_and_the_row(
    queries: tuple[Path, dict[str, str]], mart: str, change: str, rule: set[str], rows: int | None
) -> None:
    database, found = queries
    with duckdb.connect(str(database)) as con:
        con.execute("set TimeZone = 'UTC'")
        assert con.execute(found[mart]).fetchall() == []
        con.begin()
        for statement in change.format(mart=f"sla_marts.{mart}").split(";"):
            if "drop not null" not in statement:
                con.execute(statement)
        told = con.execute(f"select broken_rule, count(*) from ({found[mart]}) group by all").fetchall()
        con.rollback()
    assert {name for name, _ in told} >= rule
    assert rows is None or dict(told)[min(rule)] == rows

"""The notebook for disputes runs over the samples, leads to the lines behind each outage, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb

from tests.conftest import shown


def test_the_notebook_for_disputes_leads_to_the_lines_that_decide(
    executed: Callable[[str], Any], marts: duckdb.DuckDBPyConnection
) -> None:
    answers = shown(executed("availability_dispute"))
    assert len(answers) == 5
    row = marts.execute(
        "select outages.environment_id, outages.opened_line from sla_marts.outages"
        " inner join sla_marts.monthly_availability as months using (environment_id)"
        " where months.verdict = 'broken' and date_trunc('month', outages.down_from) = months.month"
        " and outages.opened_line is not null order by outages.counted_s desc limit 1"
    ).fetchone()
    assert row is not None and row[0] in answers[1] and f":{row[1]}" in answers[1]
    assert "urgent" in answers[4]

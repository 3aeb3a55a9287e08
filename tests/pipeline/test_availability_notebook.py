"""The notebook for disputes runs over the samples, leads to the lines behind each outage, and changes nothing."""

from __future__ import annotations

from pathlib import Path

import duckdb
import jupytext
import pytest
from nbclient import NotebookClient

from pipelines.resources import ROOT
from tests.conftest import Built


def test_the_notebook_for_disputes_leads_to_the_lines_that_decide(
    sample: Built, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, marts: duckdb.DuckDBPyConnection
) -> None:
    monkeypatch.setenv("LIVRET_WAREHOUSE", str(sample.warehouse))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    before = sample.warehouse.read_bytes()
    notebook = jupytext.read(ROOT / "notebooks" / "availability_dispute.py")
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = [
        output["data"]["text/plain"]
        for cell in notebook.cells
        if cell["cell_type"] == "code"
        for output in cell["outputs"]
        if output["output_type"] == "execute_result"
    ]
    assert len(shown) == 5
    row = marts.execute(
        "select outages.environment_id, outages.opened_line from sla_marts.outages"
        " inner join sla_marts.monthly_availability as months using (environment_id)"
        " where months.verdict = 'broken' and date_trunc('month', outages.down_from) = months.month"
        " and outages.opened_line is not null order by outages.counted_s desc limit 1"
    ).fetchone()
    assert row is not None and row[0] in shown[1] and f":{row[1]}" in shown[1]
    assert "urgent" in shown[4]
    assert sample.warehouse.read_bytes() == before, "read-only"

"""The notebook of other limits runs over the samples and changes nothing."""

from __future__ import annotations

from pathlib import Path

import jupytext
import pytest
from nbclient import NotebookClient

from pipelines.resources import ROOT
from tests.conftest import Built


def test_the_notebook_of_other_limits_judges_as_the_warehouse_does_and_touches_nothing(
    sample: Built, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its own assertion compares its rule with every published verdict."""
    monkeypatch.setenv("LIVRET_WAREHOUSE", str(sample.warehouse))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    before = sample.warehouse.read_bytes()
    notebook = jupytext.read(ROOT / "notebooks" / "what_if_targets.py")
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = [
        output["data"]["text/plain"]
        for cell in notebook.cells
        if cell["cell_type"] == "code"
        for output in cell["outputs"]
        if output["output_type"] == "execute_result"
    ]
    assert len(shown) == 2
    assert "take_in_charge" in shown[0] and "T-" in shown[1]
    assert sample.warehouse.read_bytes() == before

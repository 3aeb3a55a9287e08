"""Who may run when: the working database is one run's at a time, whoever started it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines import runs
from pipelines.assets.landing import run_started
from pipelines.assets.livret import Livret
from pipelines.errors import BuildError
from pipelines.resources import ROOT, Settings
from pipelines.warehouse import connections


def test_a_run_from_the_page_waits_for_nobody_and_disturbs_nobody(tmp_path: Path) -> None:
    """One asset started by hand takes the same lock as the whole command."""
    (tmp_path / "inbox").mkdir()
    settings = Settings(
        inbox=tmp_path / "inbox",
        contract=ROOT / "data/contract",
        warehouse=tmp_path / "livret.duckdb",
        reports=tmp_path,
        as_of=datetime(2026, 1, 1, tzinfo=UTC),
    )
    by_hand = {"resources": {"livret": Livret.of(settings)}, "instance": dg.DagsterInstance.ephemeral()}
    with connections.only_run(settings.work):
        assert not dg.materialize([run_started], raise_on_error=False, **by_hand).success
        with pytest.raises(BuildError, match="another run is under way"):
            runs.materialise(settings, lambda _: None)
    assert not settings.work_database.exists()
    assert dg.materialize([run_started], **by_hand).success
    assert settings.work_database.exists()


@dg.multi_asset(specs=[dg.AssetSpec("never_told", skippable=True)])
def tells_nothing() -> Iterator[dg.MaterializeResult[Any]]:
    yield from ()


@dg.asset(deps=["never_told"])
def waits_for_it() -> None:
    raise AssertionError("skipped steps do not run")


def test_a_run_that_skips_a_step_has_not_gone_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dagster calls it a success: nothing would be published, and nobody told."""
    monkeypatch.setattr(runs, "ALL", [tells_nothing, waits_for_it])
    settings = Settings(
        tmp_path, tmp_path, tmp_path / "livret.duckdb", tmp_path, datetime(2026, 1, 1, tzinfo=UTC)
    )
    with pytest.raises(BuildError, match="not done: waits_for_it"):
        runs.materialise(settings, lambda _: None)

"""Every dbt test there is, over the samples: unit tests at the edges of each rule, and the claims of every layer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pipelines.warehouse import dbt_project
from tests.build import land
from tests.conftest import SAMPLE_AS_OF, SAMPLES

SUBJECTS = {"calendar", "availability", "support", "backups", "history"}


def test_every_dbt_test_passes_on_the_samples(tmp_path: Path) -> None:
    land(SAMPLES, tmp_path, datetime.fromisoformat(SAMPLE_AS_OF))
    outcomes = dbt_project.build(tmp_path, all_tests=True)
    bad = [
        f"{outcome.unique_id}: {outcome.status} {outcome.message}"
        for outcome in outcomes
        if outcome.is_bad or outcome.status == "warn"
    ]
    assert not bad, "\n".join(bad)
    kinds = [outcome.unique_id.split(".")[0] for outcome in outcomes]
    assert kinds.count("unit_test") >= 10 * len(SUBJECTS)
    assert kinds.count("test") > kinds.count("model")

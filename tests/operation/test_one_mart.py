"""A mart materialised alone, as a hand on Dagster's page does it."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import dagster as dg

from pipelines.assets import ALL, Livret
from pipelines.resources import ROOT, Settings
from tests.conftest import SAMPLE_AS_OF, SAMPLES, Built


def test_a_mart_alone_is_built_with_the_steps_before_it_and_says_the_same(
    sample: Built, tmp_path: Path
) -> None:
    shutil.copytree(sample.warehouse.parent, tmp_path / "copy")
    asked = Settings(
        inbox=SAMPLES,
        contract=ROOT / "data/contract",
        warehouse=tmp_path / "copy" / sample.warehouse.name,
        reports=tmp_path,
        as_of=datetime.fromisoformat(SAMPLE_AS_OF),
    )
    mart = dg.AssetKey(["marts", "monthly_backup_coverage"])
    done = dg.materialize(
        ALL,
        selection=[mart],
        resources={"livret": Livret.of(asked)},
        instance=dg.DagsterInstance.ephemeral(),
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    (told,) = done.get_asset_materialization_events()
    assert told.asset_key == mart
    assert {check.asset_key for check in done.get_asset_check_evaluations()} == {mart}
    with sample.connect() as con:
        con.execute(f"attach '{asked.work_database}' as work (read_only)")
        mine = "select * from work.sla_marts.monthly_backup_coverage"
        published = "select * from sla_marts.monthly_backup_coverage"
        assert con.execute(f"select count(*) from ({mine})").fetchone() != (0,)
        assert (
            con.execute(
                f"(({mine}) except all ({published})) union all (({published}) except all ({mine}))"
            ).fetchall()
            == []
        )

"""What people open: the published file and the report of it."""

from typing import Any

import dagster as dg

from pipelines import progress
from pipelines.assets.contract import contract_terms
from pipelines.assets.livret import Livret
from pipelines.assets.marts import mart_assets
from pipelines.published import answered, publication
from pipelines.reports import page

PUBLISHED = dg.AssetKey(["published", "warehouse"])


@dg.asset(
    key=PUBLISHED,
    deps=[*mart_assets.keys, *contract_terms.keys],
    group_name="published",
    kinds={"duckdb"},
    description="The file that readers open: marts, contract and statements, swapped in at once.",
)
def published(livret: Livret) -> dg.MaterializeResult[Any]:
    progress.tell("publishing")
    rows = publication.publish(livret.settings.work_database, livret.settings.warehouse)
    return dg.MaterializeResult(
        metadata={"path": str(livret.settings.warehouse), "tables": len(rows), "rows": sum(rows.values())}
    )


@dg.asset(
    key=["reports", "monthly_report"],
    deps=[PUBLISHED],
    group_name="reports",
    kinds={"plotly"},
    description="The month's figures as one self-contained page, in French and English.",
)
def monthly_report(livret: Livret) -> dg.MaterializeResult[Any]:
    progress.tell("report")
    path = page.write(livret.settings.warehouse, livret.settings.reports, livret.settings.as_of)
    answered.answer(livret.settings, path)
    return dg.MaterializeResult(
        metadata={"path": dg.MetadataValue.path(str(path)), "bytes": path.stat().st_size}
    )

"""The contract folder as assets: one per table of schema sla_contract."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines import progress
from pipelines.assets.livret import Livret
from pipelines.assets.specs import spec
from pipelines.contract import booklet
from pipelines.warehouse import connections


@dg.multi_asset(
    name="contract_terms",
    specs=[
        spec("contract", name, description, "contract") for name, description in booklet.DESCRIPTIONS.items()
    ],
)
def contract_terms(livret: Livret) -> Iterator[dg.MaterializeResult[Any]]:
    """The contract folder, validated as a whole, into schema sla_contract."""
    progress.tell("contract")
    terms = booklet.load(livret.settings.contract)
    with connections.writer(livret.settings.work_database) as con:
        booklet.write(con, terms)
    for name, frame in terms.tables.items():
        yield dg.MaterializeResult(
            ["contract", name], metadata={"dagster/row_count": frame.height, "digest": terms.digest}
        )

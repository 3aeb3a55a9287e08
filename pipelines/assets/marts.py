"""The marts as assets, and their tests as asset checks: dbt builds them with all the steps before them."""

from collections.abc import Iterator
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
import duckdb

from pipelines import progress
from pipelines.assets.lineage import Lineage
from pipelines.assets.livret import Livret
from pipelines.errors import BuildError
from pipelines.warehouse import connections, dbt_project, set_aside

_LINEAGE = Lineage(dbt_project.parsed())


@dg.multi_asset(
    name="marts",
    specs=list(_LINEAGE.marts.values()),
    check_specs=list(_LINEAGE.checks.values()),
    can_subset=True,
)
def mart_assets(context: dg.AssetExecutionContext, livret: Livret) -> Iterator[Any]:
    """The steps, the marts and their tests, in this process.

    A model or test that fails ends the run before anything is published, but for tests that put aside whom their rows name.
    """
    progress.tell("models and their tests")
    outcomes = dbt_project.build(livret.settings.work, *_selection(context))
    with connections.writer(livret.settings.work_database) as con:
        counts = _row_counts(con)
    told = {outcome.unique_id: outcome for outcome in outcomes}
    for unique_id in _in_order(context):
        # A mart that is a view stands as it was while the code does: not built, it is told all the same.
        outcome = told.get(unique_id)
        if outcome is None or not outcome.is_bad:
            name = _LINEAGE.marts[unique_id].key.path[-1]
            seconds = {"seconds": outcome.seconds} if outcome else {}
            yield dg.MaterializeResult(
                _LINEAGE.marts[unique_id].key, metadata={**seconds, **counts.get(name, {})}
            )
    for outcome in outcomes:
        check = _LINEAGE.checks.get(outcome.unique_id)
        if check and outcome.status != "skipped" and check.key in context.selected_asset_check_keys:
            yield _check_result(check, outcome)
    bad = [
        outcome
        for outcome in outcomes
        if outcome.is_bad and not outcome.puts_aside and outcome.status != "skipped"
    ]
    if bad:
        words = "\n".join(f"  {outcome.unique_id}: {outcome.status}. {outcome.message}" for outcome in bad)
        raise BuildError(f"{len(bad)} models or tests failed; nothing was published\n{words}")
    with connections.writer(livret.settings.work_database) as con:
        set_aside.collect(con, outcomes)


def _in_order(context: dg.AssetExecutionContext) -> list[str]:
    """The marts that were asked for, each after those it reads."""
    ids = {spec.key: unique_id for unique_id, spec in _LINEAGE.marts.items()}
    reads = {
        unique_id: [ids[dep.asset_key] for dep in spec.deps if dep.asset_key in ids]
        for unique_id, spec in _LINEAGE.marts.items()
    }
    wanted = context.selected_asset_keys
    return [
        unique_id
        for unique_id in TopologicalSorter(reads).static_order()
        if _LINEAGE.marts[unique_id].key in wanted
    ]


def _check_result(check: dg.AssetCheckSpec, outcome: dbt_project.Outcome) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=check.asset_key,
        check_name=check.name,
        passed=outcome.status == "pass",
        severity=dg.AssetCheckSeverity.WARN if outcome.puts_aside else dg.AssetCheckSeverity.ERROR,
        metadata={"failures": outcome.failures, "message": outcome.message},
    )


def _selection(context: dg.AssetExecutionContext) -> list[str]:
    """dbt's --select for a part of the marts, with all that lies before them; nothing for all of them."""
    if not context.is_subset:
        return []
    return ["--select", *sorted(f"+{key.path[-1]}" for key in context.selected_asset_keys)]


def _row_counts(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    tables = con.execute(
        "select table_name, estimated_size from duckdb_tables() where schema_name = 'sla_marts'"
    ).fetchall()
    return {name: {"dagster/row_count": int(rows)} for name, rows in tables}

"""The inbox as assets: the run's question, one asset per landing table and summary, and the ledger of what was read."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from pipelines import progress
from pipelines.assets.livret import Livret
from pipelines.assets.specs import spec
from pipelines.evidence import statement_keeping
from pipelines.landing import ingestion, notices
from pipelines.landing.tables import SOURCES, TABLES
from pipelines.published import answered
from pipelines.warehouse import connections

RUN = dg.AssetKey(["landing", "run"])
_LEDGER = {
    "files": "One row per reading of a file, with its digest and what became of its rows.",
    "rejects": "One row per rejected row, with file, line, rule and value.",
    "changes": "One row per row sent again with other values.",
    "file_versions": "One row per reading of a file of which there is one at a time.",
    "withdrawals": "One row per reading of a file that was withdrawn.",
    "notices": "One row per kind of notice, log and name in it; names no registry knows, facts after as_of.",
    "failed_tests": "One row per test of a mart that failed in the last build, and contract and client of its failing rows.",
}


@dg.asset(
    key=RUN,
    group_name="landing",
    kinds={"duckdb"},
    description="One row: the instant asked about, and the run that asks.",
)
def run_started(context: dg.AssetExecutionContext, livret: Livret) -> dg.MaterializeResult[Any]:
    answered.ask(livret.settings)
    stats = context.instance.get_run_stats(context.run.run_id)
    started = (
        stats.launch_time or stats.start_time
    )  # a run in the command's own process is launched by nobody
    with connections.writer(livret.settings.work_database) as con:
        ingestion.create(con)
        # Now already: what cannot be replaced in the end is told before hours of work.
        statement_keeping.take_back(con, livret.settings.warehouse)
        ingestion.start_run(con, context.run.run_id, livret.as_of, _iso(started, livret.as_of))
        refused = ingestion.Landing(con, livret.settings.inbox).refuse_unknown()
    return dg.MaterializeResult(metadata={"as_of": livret.as_of, "files_of_unknown_folders": refused.files})


def _iso(launched: float | None, otherwise: str) -> str:
    return datetime.fromtimestamp(launched, UTC).isoformat() if launched else otherwise


_SUMMARIES = {
    "monitoring": {
        "probe_runs": "One row per probe, UTC day and run of checks of one state.",
        "probe_gaps": "One row per probe, UTC day and length of gap between checks.",
    },
    "backups": {
        "restore_points": "One row per restore point, summed up over the listings that show it.",
        "holdings": "One row per repository, environment and content that a listing named.",
    },
    "history": {
        "entries": "One row per dossier, journal, entry number and date: its lines summed up.",
        "ledgers": "One row per dossier: how many lines are stored, of which dates.",
    },
}


def _landing_asset(source: str) -> dg.AssetsDefinition:
    tables = [table for table in TABLES.values() if table.source == source]

    @dg.multi_asset(
        name=f"landing_{source}",
        specs=[
            spec("landing", name, (table.model.__doc__ or "").strip(), "landing", RUN)
            for table in tables
            for name in (table.name, *([table.surrogate[1]] if table.surrogate else []))
        ]
        + [spec("landing", name, text, "landing", RUN) for name, text in _SUMMARIES.get(source, {}).items()],
    )
    def ingest(context: dg.AssetExecutionContext, livret: Livret) -> Iterator[dg.MaterializeResult[Any]]:
        with connections.writer(livret.settings.work_database) as con:
            counts = ingestion.Landing(con, livret.settings.inbox, progress.tell).ingest(source)
            for spec in context.assets_def.specs:
                metadata = {
                    **ingestion.described(con, source, spec.key.path[-1]),
                    "rows_rejected_now": counts.rejected,
                }
                yield dg.MaterializeResult(spec.key, metadata=metadata)

    return ingest


landing_assets = [_landing_asset(source) for source in SOURCES]


@dg.multi_asset(
    name="landing_ledger",
    specs=[
        spec("landing", name, description, "landing", *(dg.AssetKey(["landing", table]) for table in TABLES))
        for name, description in _LEDGER.items()
    ],
)
def landing_ledger(livret: Livret) -> Iterator[dg.MaterializeResult[Any]]:
    """What was read, once all of it is."""
    with connections.writer(livret.settings.work_database) as con:
        notices.gather(con)
        for name in _LEDGER:
            yield dg.MaterializeResult(
                ["landing", name], metadata={"dagster/row_count": ingestion.rows(con, name)}
            )

"""The assets: contract and inbox into the working database, models, publication, report. Wiring only; no rule lives here."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from pipelines import progress
from pipelines.contract import booklet
from pipelines.errors import BuildError
from pipelines.evidence import statement_keeping
from pipelines.landing import ingestion, notices
from pipelines.landing.tables import SOURCES, TABLES
from pipelines.reports import page
from pipelines.resources import Settings, instant, settings
from pipelines.warehouse import answered, connections, dbt_project, publication, set_aside

PUBLISHED = dg.AssetKey(["published", "warehouse"])
_RUN = dg.AssetKey(["landing", "run"])
_UNIQUE_ID = "dagster_dbt/unique_id"
_LEDGER = (
    "files",
    "rejects",
    "changes",
    "file_versions",
    "withdrawals",
    "availability_facts",
    "availability_cuts",
    "ticket_facts",
    "unsettled_tickets",
    "notices",
    "failed_tests",
)


class Livret(dg.ConfigurableResource):
    """Paths and instant of one run, as text so that schedules and the UI can set them."""

    inbox: str
    contract: str
    warehouse: str
    reports: str
    as_of: str

    @property
    def settings(self) -> Settings:
        return Settings(
            inbox=Path(self.inbox),
            contract=Path(self.contract),
            warehouse=Path(self.warehouse),
            reports=Path(self.reports),
            as_of=instant(self.as_of),
        )

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Livret"]:
        """One run at a time, whoever started it: the command, the schedule, the sensor or a hand on the page."""
        with connections.only_run(self.settings.work):
            yield self

    @classmethod
    def of(cls, settings: Settings) -> "Livret":
        return cls(
            inbox=str(settings.inbox),
            contract=str(settings.contract),
            warehouse=str(settings.warehouse),
            reports=str(settings.reports),
            as_of=settings.as_of.isoformat(),
        )

    @classmethod
    def from_environment(cls, now: datetime) -> "Livret":
        """The environment's settings; `now` is asked about where it names no instant."""
        return cls.of(settings(now=now))


def _spec(layer: str, name: str, description: str, group: str, *deps: dg.AssetKey) -> dg.AssetSpec:
    return dg.AssetSpec(
        [layer, name], description=description, group_name=group, kinds={"duckdb", "polars"}, deps=deps
    )


@dg.multi_asset(
    name="contract_terms",
    specs=[
        _spec("contract", name, description, "contract") for name, description in booklet.DESCRIPTIONS.items()
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


@dg.asset(
    key=_RUN,
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
        "changed_probe_days": "One row per probe and change of its checks since availability was built.",
    },
    "backups": {
        "restore_points": "One row per restore point, summed up over the listings that show it.",
        "holdings": "One row per repository, environment and content that a listing named.",
    },
    "tickets": {
        "changed_tickets": "One row per ticket and reading taken back since tickets were judged.",
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
            _spec("landing", name, (table.model.__doc__ or "").strip(), "landing", _RUN)
            for table in tables
            for name in (table.name, *([table.surrogate[1]] if table.surrogate else []))
        ]
        + [
            _spec("landing", name, text, "landing", _RUN) for name, text in _SUMMARIES.get(source, {}).items()
        ],
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
        _spec("landing", name, description, "landing", *(dg.AssetKey(["landing", table]) for table in TABLES))
        for name, description in zip(
            _LEDGER,
            (
                "One row per reading of a file, with its digest and what became of its rows.",
                "One row per rejected row, with file, line, rule and value.",
                "One row per row sent again with other values.",
                "One row per reading of a file of which there is one at a time.",
                "One row per reading of a file that was withdrawn.",
                "One row per fact, checks apart, that the stored months of availability were computed from.",
                "One row per environment and month before which its stored figures may stand.",
                "One row per fact, what tickets tell themselves apart, by which the kept verdicts of tickets were given.",
                "One row per ticket whose kept verdicts depend on the instant that was asked.",
                "One row per kind of notice, log and name in it; names no registry knows, facts after as_of.",
                "One row per test of a mart that failed in the last build, and contract and client of its failing rows.",
            ),
            strict=True,
        )
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


_TRANSLATOR = DagsterDbtTranslator(settings=DagsterDbtTranslatorSettings(enable_asset_checks=True))


@dbt_assets(
    manifest=dbt_project.manifest(),
    dagster_dbt_translator=_TRANSLATOR,
    name="models",
    exclude="resource_type:unit_test tag:step",
)
def model_assets(context: dg.AssetExecutionContext, livret: Livret) -> Iterator[Any]:
    """All models and their tests, in this process. A model or test that fails ends the run before anything is published, but for
    tests that put aside whom their failing rows name."""
    progress.tell("models and their tests")
    outcomes = dbt_project.build(livret.settings.work, *_selection(context))
    with connections.writer(livret.settings.work_database) as con:
        counts = _row_counts(con)
    assets = {spec.metadata[_UNIQUE_ID]: spec.key for spec in context.assets_def.specs_by_key.values()}
    checks = {check.metadata[_UNIQUE_ID]: check for check in context.assets_def.check_specs}
    # Views stand as they were while the code does. Marts among them are told all the same, each before what reads it: what
    # publishes waits for each.
    ran = {outcome.unique_id for outcome in outcomes}
    standing = {
        key
        for unique_id, key in assets.items()
        if unique_id not in ran and key.path[0] == "marts" and key in context.selected_asset_keys
    }
    for outcome in outcomes:  # in the order in which they were built: what depends comes after
        if (key := assets.get(outcome.unique_id)) and not outcome.is_bad:
            yield from _told(standing, context.assets_def.asset_deps, context.assets_def.asset_deps[key])
            yield dg.MaterializeResult(
                key, metadata={"seconds": outcome.seconds, **counts.get(key.path[-1], {})}
            )
        check = checks.get(outcome.unique_id)
        if check and outcome.status != "skipped" and check.key in context.selected_asset_check_keys:
            yield _check_result(check, outcome)
    bad = [
        outcome
        for outcome in outcomes
        if outcome.is_bad and not outcome.puts_aside and outcome.status != "skipped"
    ]
    if bad:
        told = "\n".join(f"  {outcome.unique_id}: {outcome.status}. {outcome.message}" for outcome in bad)
        raise BuildError(f"{len(bad)} models or tests failed; nothing was published\n{told}")
    with connections.writer(livret.settings.work_database) as con:
        set_aside.collect(con, outcomes)
    yield from _told(standing, context.assets_def.asset_deps, set(standing))


def _told(
    standing: set[dg.AssetKey],
    deps: Mapping[dg.AssetKey, AbstractSet[dg.AssetKey]],
    asked: AbstractSet[dg.AssetKey],
) -> Iterator[dg.MaterializeResult[Any]]:
    """Those of `asked` that stand and were not told yet, each after those it reads."""
    for key in sorted(asked & standing):
        standing.discard(key)
        yield from _told(standing, deps, deps[key])
        yield dg.MaterializeResult(key)


def _check_result(check: dg.AssetCheckSpec, outcome: dbt_project.Outcome) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=check.asset_key,
        check_name=check.name,
        passed=outcome.status == "pass",
        severity=dg.AssetCheckSeverity.WARN if outcome.puts_aside else dg.AssetCheckSeverity.ERROR,
        metadata={"failures": outcome.failures, "message": outcome.message},
    )


def _selection(context: dg.AssetExecutionContext) -> list[str]:
    """dbt's --select for a part of the models; nothing for all of them."""
    if not context.is_subset:
        return []
    specs = (context.assets_def.specs_by_key[key] for key in context.selected_asset_keys)
    return ["--select", *sorted(spec.metadata[_UNIQUE_ID].split(".")[-1] for spec in specs)]


def _row_counts(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    tables = con.execute(
        "select table_name, estimated_size from duckdb_tables() where schema_name in ('sla_intermediate', 'sla_marts')"
    ).fetchall()
    return {name: {"dagster/row_count": int(rows)} for name, rows in tables}


_MARTS = [key for key in model_assets.keys if key.path[0] == "marts"]


@dg.asset(
    key=PUBLISHED,
    deps=[*_MARTS, *contract_terms.keys],
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


ALL = [contract_terms, run_started, *landing_assets, landing_ledger, model_assets, published, monthly_report]

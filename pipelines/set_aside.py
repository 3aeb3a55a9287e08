"""Whose figures are put aside, so that one contract's trouble does not stop the publication of all others.

A finding that speaks of the figures of some contracts (a data test of severity `warn` that found rows of them, an instant asked
beyond a contract's calendar) puts these contracts aside: the published file leaves their figures out and says so, statements and
purge lists refuse them, and the exit status tells. A finding that speaks of the warehouse itself (rows lost or doubled, a model
that does not run) or whose rows name no contract stops everything: docs/operations.md has the list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines import calendar_coverage, models, tables
from pipelines.errors import BuildError

TABLE = "sla_marts.set_aside"
_CREATE = f"""
create schema if not exists sla_marts;
create or replace table {TABLE} (
    contract_id varchar not null, finding varchar not null, reason varchar not null, rows bigint not null
);
comment on table {TABLE} is
    'One row per contract whose figures are put aside, and finding that does so: they are published nowhere until it is mended.';
"""
# How rows of a finding lead to contracts, the first of these columns that they have.
_CONTRACTS = {
    "contract_id": "select contract_id, {rows} as rows",
    "environment_id": "select environments.contract_id, {rows} as rows",
    "client_id": "select distinct environments.contract_id, {rows} as rows",
    "ticket_id": "select judged.contract_id, {rows} as rows",
}
_JOINS = {
    "contract_id": "",
    "environment_id": "left join landing.environments as environments using (environment_id)",
    "client_id": "left join landing.environments as environments using (client_id)",
    "ticket_id": "left join (select distinct ticket_id, contract_id from sla_marts.ticket_commitments) as judged"
    " using (ticket_id)",
}
# Marts that keep the rows of a contract put aside, with these columns alone; verdicts read `inconclusive`.
KEPT_COLUMNS = {
    "headline": ("contract_id", "month", "is_complete"),
    "headline_environments": None,
    "obligations": ("contract_id", "article", "title", "nature", "month", "is_over", "clause"),
}
_TOLD_WHOLE = {
    "set_aside",
    "unjudged",
    "strangers",
    "unknown_environments",
    "rejects",
    "input_files",
    "source_freshness",
    "runs",
}


@dataclass(frozen=True)
class Finding:
    """What is the matter with the figures of one contract."""

    contract_id: str
    finding: str
    reason: str
    rows: int


def collect(con: duckdb.DuckDBPyConnection, outcomes: Iterable[models.Outcome]) -> list[Finding]:
    """Whose figures a build's findings put aside, written into the mart of them.

    Raises BuildError for a finding whose rows name no contract: nobody can tell whose figures are sound.
    """
    found = [*_of_calendars(con), *(finding for outcome in outcomes for finding in _of_test(con, outcome))]
    con.begin()
    con.execute(_CREATE)
    if found:
        con.executemany(
            f"insert into {TABLE} values (?, ?, ?, ?)",
            [[finding.contract_id, finding.finding, finding.reason, finding.rows] for finding in found],
        )
    con.commit()
    return found


def _of_calendars(con: duckdb.DuckDBPyConnection) -> list[Finding]:
    return [
        Finding(contract_id, "as_of_outside_calendar", reason, 1)
        for contract_id, reason in calendar_coverage.contracts_beyond(con)
    ]


def _of_test(con: duckdb.DuckDBPyConnection, outcome: models.Outcome) -> list[Finding]:
    if outcome.status != "warn" or not outcome.failures:
        return []
    name = outcome.unique_id.split(".")[2]
    query = con.execute(f"select * from ({outcome.compiled}) limit 0")
    columns = [column[0] for column in query.description or []]
    by = next((column for column in _CONTRACTS if column in columns), None)
    rows = (
        con.execute(
            f"select contract_id, cast(sum(rows) as bigint) from ({_CONTRACTS[by].format(rows=1)}"
            f" from ({outcome.compiled}) as found {_JOINS[by]}) group by contract_id order by contract_id"
        ).fetchall()
        if by
        else [(None, outcome.failures)]
    )
    if any(contract_id is None for contract_id, _ in rows):
        raise BuildError(
            f"{name} does not hold for {outcome.failures} rows, and whose figures they touch cannot be told; nothing was"
            " published. Report this"
        )
    reason = f"{name.replace('_', ' ')}: does not hold; the figures contradict each other. Report this"
    return [Finding(contract_id, name, reason, count) for contract_id, count in rows]


def contracts(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Contracts whose figures are put aside, by the mart in the database of the connection; none where there is no such mart."""
    known = (
        "select count(*) from duckdb_tables() where schema_name = 'sla_marts' and table_name = 'set_aside'"
    )
    if con.execute(known).fetchone() == (0,):
        return []
    return [
        name for (name,) in con.execute(f"select distinct contract_id from {TABLE} order by all").fetchall()
    ]


def published(work: str, name: str, columns: list[str], aside: list[str]) -> str:
    """SQL of the rows of a mart that are published: all, or without the figures of contracts put aside."""
    mart = name.rpartition(".")[2].strip('"')
    whole = f'select * from "{work}".{name}'
    if not aside or not name.startswith("sla_marts.") or mart in _TOLD_WHOLE:
        return whole
    listed = ", ".join("'" + contract.replace("'", "''") + "'" for contract in aside)
    of_registry = f'from "{work}".landing.environments where contract_id in ({listed})'
    conditions = {
        "contract_id": f"coalesce(contract_id in ({listed}), false)",
        "environment_id": f"environment_id in (select environment_id {of_registry})",
        "client_id": f"client_id in (select client_id {of_registry})",
    }
    by = next((column for column in conditions if column in columns), None)
    if by is None:
        return whole
    if mart not in KEPT_COLUMNS:
        return f"{whole} where not ({conditions[by]})"
    kept = KEPT_COLUMNS[mart]
    if kept is None:
        return whole
    shown = [
        f'"{column}"'
        if column in kept
        else f'case when {conditions[by]} then {_BLANK.get(column, "null")} else "{column}" end as "{column}"'
        for column in columns
    ]
    return f'select {", ".join(shown)} from "{work}".{name}'


_BLANK = {
    "verdict": "'inconclusive'"
}  # what a column shows in place of a figure; null where nothing is said here


def records(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """What the end of a run, `status` and the report show; from the published file."""
    return (
        tables.records(con, f"select contract_id, finding, reason, rows from {TABLE} order by all")
        if contracts(con)
        else []
    )


def lines(findings: list[dict[str, Any]]) -> list[str]:
    """The same as a person reads it; nothing where no contract is put aside."""
    told = [f"  {row['contract_id']}: {row['reason']}" for row in findings]
    return ["", "Put aside: no figure of these contracts is published", *told] if told else []

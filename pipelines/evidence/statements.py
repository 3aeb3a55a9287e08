"""Monthly statements: a month's figures per environment, written once and never altered (rules.md section 9).

Figures that change later (checks or justifications that came late) make a new version beside the old one, with what
changed and the input files that came in between. How statements outlive the working database: statement_keeping.py.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from pipelines.errors import ConfigurationError
from pipelines.warehouse import connections, set_aside

CREATE = """
create schema if not exists sla_statements;
create table if not exists sla_statements.statements (
    contract_id varchar not null, environment_id varchar not null, month date not null, version integer not null,
    as_of timestamptz not null, run_id varchar not null, contract_digest varchar not null, inputs_digest varchar not null,
    figures varchar not null, figures_digest varchar not null, changes varchar not null, new_inputs varchar not null,
    primary key (environment_id, month, version)
);
create table if not exists sla_statements.statement_inputs (
    environment_id varchar not null, month date not null, version integer not null,
    name varchar not null, sha256 varchar not null
);
comment on table sla_statements.statements is
    'One row per environment, closed month and version of its statement; rows are only ever added.';
comment on table sla_statements.statement_inputs is
    'One row per statement and input file that was known when it was written.';
"""

# What an environment's statement says of a month: mart -> how its rows are found.
_FIGURES = {
    "monthly_availability": "environment_id = $environment and month = $month",
    "monthly_availability_by_cause": "environment_id = $environment and month = $month",
    "monthly_backup_coverage": "environment_id = $environment and month = $month",
    "monthly_sla_adherence": "client_id = $client and contract_id = $contract and month = $month",
}


@dataclass(frozen=True)
class Closed:
    """What closing a month did: environments with a first statement, a new version, nothing new, or none for being put aside."""

    month: date
    first: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    aside: tuple[str, ...] = ()


def month_of(text: str) -> date:
    """`YYYY-MM` as the first day of the month. Raises ConfigurationError."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise ConfigurationError(f"--month {text!r}: expected YYYY-MM, such as 2026-03") from error


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Make the schema that is not there yet."""
    con.execute(CREATE)


def close(con: duckdb.DuckDBPyConnection, month: date) -> Closed:
    """Write the month's statements from the marts in the working database, in one transaction.

    Raises ConfigurationError for a month that has not ended at `as_of` in a contract's zone, or that has no figures.
    """
    create(con)
    environments = connections.records(
        con,
        "select contract_id, client_id, environment_id from sla_marts.monthly_availability where month = ? order by all",
        [month],
    )
    if not environments:
        raise ConfigurationError(
            f"--month {month:%Y-%m}: no figures for it; `livret run` first, or choose another month"
        )
    _refuse_running(con, month)
    outcome: dict[str, list[str]] = {"first": [], "changed": [], "unchanged": [], "aside": []}
    con.begin()
    try:
        for environment in environments:
            aside = set_aside.concerns(con, environment["contract_id"], environment["client_id"])
            kind = "aside" if aside else _close_one(con, month, environment)
            outcome[kind].append(environment["environment_id"])
        con.commit()
    except BaseException:
        con.rollback()
        raise
    return Closed(month, *(tuple(outcome[kind]) for kind in ("first", "changed", "unchanged", "aside")))


def _refuse_running(con: duckdb.DuckDBPyConnection, month: date) -> None:
    running = con.execute(
        "select months.contract_id, months.month_until, runs.as_of from sla_intermediate.int_contract_months as months"
        " cross join sla_marts.runs where months.month = ? and runs.as_of < months.month_until",
        [month],
    ).fetchone()
    if running:
        contract, until, as_of = running
        raise ConfigurationError(
            f"--month {month:%Y-%m}: for {contract} it ends at {until.isoformat()}, but the last run asked about "
            f"{as_of.isoformat()}; run livret again after its end"
        )


def _close_one(con: duckdb.DuckDBPyConnection, month: date, environment: dict[str, Any]) -> str:
    keys = {
        "environment": environment["environment_id"],
        "client": environment["client_id"],
        "contract": environment["contract_id"],
        "month": month,
    }
    figures = {mart: _rows(con, mart, condition, keys) for mart, condition in _FIGURES.items()}
    text = json.dumps(figures, sort_keys=True, default=str, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    last = con.execute(
        "select version, figures, figures_digest from sla_statements.statements"
        " where environment_id = ? and month = ? order by version desc limit 1",
        [environment["environment_id"], month],
    ).fetchone()
    if last and last[2] == digest:
        return "unchanged"
    version = last[0] + 1 if last else 1
    place = [environment["environment_id"], month]
    fresh = _new_inputs(con, place, version - 1) if last else []
    changes = _changes(json.loads(last[1]), json.loads(text)) if last else []
    con.execute(
        """
        insert into sla_statements.statements
        select ?, ?, ?, ?, runs.as_of, runs.run_id,
            (select sha256(string_agg(name || ' ' || sha256, chr(10) order by name)) from sla_contract.contract_files),
            (select sha256(string_agg(name || ' ' || sha256, chr(10) order by name, file_id)) from landing.files),
            ?, ?, ?, ?
        from sla_marts.runs
        """,
        [
            environment["contract_id"], *place, version, text, digest,
            json.dumps(changes, ensure_ascii=False), json.dumps(fresh, ensure_ascii=False),
        ],
    )  # fmt: skip
    con.execute(
        "insert into sla_statements.statement_inputs select ?, ?, ?, name, sha256 from landing.files",
        [*place, version],
    )
    return "changed" if last else "first"


def _rows(
    con: duckdb.DuckDBPyConnection, mart: str, condition: str, keys: dict[str, Any]
) -> list[dict[str, Any]]:
    used = {name: value for name, value in keys.items() if f"${name}" in condition}
    cursor = con.execute(f"select * from sla_marts.{mart} where {condition} order by all", used)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _new_inputs(con: duckdb.DuckDBPyConnection, place: list[Any], version: int) -> list[str]:
    """Why a figure changed: the files that were not known to the version before."""
    found = con.execute(
        """
        select name from landing.files
        where not exists (
            select 1 from sla_statements.statement_inputs as known
            where known.environment_id = ? and known.month = ? and known.version = ?
                and known.name = files.name and known.sha256 = files.sha256
        )
        order by name
        """,
        [*place, version],
    ).fetchall()
    return [name for (name,) in found]


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Every figure that differs: mart, row number in the statement, column, old and new value."""
    found = []
    for mart in sorted({*before, *after}):
        old_rows, new_rows = before.get(mart, []), after.get(mart, [])
        for place in range(max(len(old_rows), len(new_rows))):
            old = old_rows[place] if place < len(old_rows) else {}
            new = new_rows[place] if place < len(new_rows) else {}
            found += [
                {
                    "mart": mart,
                    "row": place,
                    "column": column,
                    "before": old.get(column),
                    "after": new.get(column),
                }
                for column in sorted({*old, *new})
                if old.get(column) != new.get(column)
            ]
    return found

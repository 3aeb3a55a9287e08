"""The contract folder: read, typed, validated as a whole, and written to the schema `sla_contract`.

Nothing runs on a contract that cannot be used: every problem found is told at once, with file, line, value
and what was expected. What the terms mean lies in the folder's README and in the models, not here.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from pipelines.contract.checks import check
from pipelines.contract.files import Problems, Row, path_of, read
from pipelines.contract.tables import TABLES, Table
from pipelines.contract.zones import zone_offsets
from pipelines.errors import ConfigurationError

SCHEMA = "sla_contract"
TERM_DEFAULTS = Path(__file__).with_name("term_defaults.csv")
COVERAGE_DEFAULTS = Path(__file__).with_name("coverage_defaults.csv")

_POLARS: Mapping[str, pl.DataType] = {
    "date": pl.Date(),
    "weekday": pl.Int32(),
    "decimal": pl.Decimal(18, 6),
    "boolean": pl.Boolean(),
    "seconds": pl.Int32(),
}
_SQL: Mapping[str, str] = {
    "date": "date",
    "weekday": "integer",
    "decimal": "decimal(18, 6)",
    "boolean": "boolean",
    "seconds": "integer",
}


@dataclass(frozen=True)
class Contract:
    """All tables of one contract folder, typed and checked.

    tables: one frame per file of the folder, and `term_defaults`, `zone_offsets`, `contract_files`.
    digest: SHA-256 over names and contents of the folder's files; changes when any of them does.
    """

    folder: Path
    tables: Mapping[str, pl.DataFrame]
    digest: str


def load(folder: Path) -> Contract:
    """Read and check the contract folder (art. 1 to 20 bis as rows; see its README).

    Raises ConfigurationError naming every file and line that cannot be used.
    """
    if not folder.is_dir():
        raise ConfigurationError(
            f"contract folder {folder} does not exist or is no folder; give it with --contract"
        )
    problems = Problems()
    rows: dict[str, list[Row]] = {}
    digests: dict[str, str] = {}
    for table in TABLES:
        path = path_of(folder, table.name)
        if not path.is_file():
            if not table.is_optional:
                problems.found.append(
                    f"{path}: file is missing; every contract folder has it, with only a header if empty"
                )
            rows[table.name] = []
            continue
        try:
            content = path.read_bytes()
        except OSError as error:
            problems.found.append(f"{path}: cannot be read ({error.strerror}); check its permissions")
            rows[table.name] = []
            continue
        digests[path.name] = hashlib.sha256(content).hexdigest()
        rows[table.name] = list(read(path, content, table, problems))
    defaults = _term_defaults()
    problems.stop_if_any(folder)
    check(folder, rows, defaults, problems)
    problems.stop_if_any(folder)
    _add_default_coverage(rows)
    tables = {table.name: _frame(table, rows[table.name]) for table in TABLES}
    tables["term_defaults"] = pl.DataFrame(defaults, schema=dict.fromkeys(defaults[0], pl.String))
    tables["zone_offsets"] = zone_offsets(rows)
    files = sorted(digests.items())
    tables["contract_files"] = pl.DataFrame(
        files, schema={"name": pl.String, "sha256": pl.String}, orient="row"
    )
    digest = hashlib.sha256("".join(f"{name} {sha256}\n" for name, sha256 in files).encode()).hexdigest()
    return Contract(folder, tables, digest)


def time_zones(folder: Path, day: date) -> list[str]:
    """The zones of the contracts that hold on a day, else of all there are, each once."""
    contracts = load(folder).tables["contracts"]
    until = pl.col("valid_until")
    held = contracts.filter((pl.col("valid_from") <= day) & (until.is_null() | (until > day)))
    return sorted((held if held.height else contracts)["time_zone"].unique().to_list())


def write(con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Replace the schema `sla_contract` of the connection's database by these tables, in one transaction."""
    con.execute("begin transaction")
    try:
        con.execute(f"create schema if not exists {SCHEMA}")
        for name, columns in _sql_columns().items():
            frame = contract.tables[name]
            definition = ", ".join(f"{column} {kind}" for column, kind, _ in columns)
            con.execute(f"create or replace table {SCHEMA}.{name} ({definition})")
            con.register("contract_rows", frame.select([column for column, _, _ in columns]).to_arrow())
            con.execute(f"insert into {SCHEMA}.{name} select * from contract_rows")
            con.unregister("contract_rows")
            con.execute(f"comment on table {SCHEMA}.{name} is {_quoted(DESCRIPTIONS[name])}")
            for column, _, description in columns:
                con.execute(f"comment on column {SCHEMA}.{name}.{column} is {_quoted(description)}")
        con.execute("commit")
    except Exception:
        con.execute("rollback")
        raise


# ---------------------------------------------------------------- what silence means
def _term_defaults() -> list[dict[str, str | None]]:
    with TERM_DEFAULTS.open(encoding="utf-8", newline="") as file:
        return [{name: text or None for name, text in row.items()} for row in csv.DictReader(file)]


def _add_default_coverage(rows: Mapping[str, list[Row]]) -> None:
    """A contract that has no coverage row of its own takes those of coverage_defaults.csv, from its first
    day on.
    """
    own = {row["contract_id"] for row in rows["coverage"]}
    with COVERAGE_DEFAULTS.open(encoding="utf-8", newline="") as file:
        defaults = [{name: text or None for name, text in row.items()} for row in csv.DictReader(file)]
    since: dict[str, date] = {}
    for row in rows["contracts"]:
        since[row["contract_id"]] = min(row["valid_from"], since.get(row["contract_id"], row["valid_from"]))
    for contract_id, valid_from in since.items():
        if contract_id not in own:
            validity = {"contract_id": contract_id, "valid_from": valid_from, "valid_until": None}
            rows["coverage"].extend({**validity, **default} for default in defaults)


# ---------------------------------------------------------------- frames
def _kinds(table: Table) -> dict[str, tuple[str, str]]:
    """Column -> (kind, description), seconds since midnight beside the times of day."""
    kinds = {column.name: (column.kind, column.description) for column in table.columns}
    if table.name in ("clocks", "clock_exceptions"):
        for name in ("opens", "closes"):
            kinds[f"{name}_s"] = ("seconds", f"{name} in seconds since local midnight, 86400 for 24:00:00")
    return kinds


def _frame(table: Table, rows: list[Row]) -> pl.DataFrame:
    schema = {name: _POLARS.get(kind, pl.String()) for name, (kind, _) in _kinds(table).items()}
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


_OTHER_TABLES: Mapping[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {
    "term_defaults": (
        "One row per term a contract may set, with what its absence means",
        (
            ("term", "varchar", "Name of the term"),
            ("value", "varchar", "Value where the contract has no row; empty: no such rule"),
            ("kind", "varchar", "What the value must be"),
            ("allowed", "varchar", "Words it may be, blanks between"),
            ("rule", "varchar", "Reading or article of the first booklet that gives the default"),
            ("meaning", "varchar", "What the term decides"),
        ),
    ),
    "zone_offsets": (
        "One row per time zone and stretch of constant offset to UTC",
        (
            ("time_zone", "varchar", "Zone of the IANA list"),
            ("offset_from", "timestamptz", "First instant"),
            ("offset_until", "timestamptz", "First instant after it"),
            ("utc_offset_s", "integer", "Local time less UTC, seconds"),
        ),
    ),
    "contract_files": (
        "One row per file of the contract folder",
        (("name", "varchar", "File name"), ("sha256", "varchar", "SHA-256 of its content")),
    ),
}
DESCRIPTIONS = {table.name: table.description for table in TABLES} | {
    name: description for name, (description, _) in _OTHER_TABLES.items()
}


def _sql_columns() -> dict[str, tuple[tuple[str, str, str], ...]]:
    """Table -> (column, SQL type, description) of the whole schema."""
    columns = {
        table.name: tuple(
            (name, _SQL.get(kind, "varchar"), text) for name, (kind, text) in _kinds(table).items()
        )
        for table in TABLES
    }
    return columns | {name: definition for name, (_, definition) in _OTHER_TABLES.items()}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

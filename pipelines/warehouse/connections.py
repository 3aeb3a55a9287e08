"""The working database and the published one: how they are opened."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import BuildError, ConfigurationError
from pipelines.resources import MEMORY, PORTION_MEMORY

_NO_WAREHOUSE = "not a file that `livret run` published; name that one, or move it away and run again"
FORGOTTEN = "files were forgotten"  # in place of a run's id: what was built still holds what was withdrawn
PUBLISHED_SCHEMAS = ("sla_contract", "sla_marts", "sla_statements")


@contextmanager
def only_run(work: Path) -> Iterator[None]:
    """Hold the folder of the working database for a whole run.

    Between two of its steps no other run slips in, which would answer one run's question with the other's instant.
    The system lets go when the process ends, however it ends.

    Raises BuildError where another run holds it.
    """
    work.mkdir(parents=True, exist_ok=True)
    with (work / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BuildError(
                f"{work}: another run is under way there; wait for it to end, or name another --warehouse"
            ) from error
        yield


@contextmanager
def writer(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The working database, for writing; one process at a time.

    Raises BuildError where another run has it.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    try:
        con = duckdb.connect(str(database))
    except duckdb.IOException as error:
        if "lock" not in str(error).lower():
            raise BuildError(
                f"{database}: cannot be opened ({error}); remove it to build anew from the inbox"
            ) from error
        raise BuildError(
            f"{database}: another run is writing to it; wait for it to end, or name another --warehouse"
        ) from error
    try:
        con.execute("set TimeZone = 'UTC'")
        con.execute("set preserve_insertion_order = false")
        _bound_memory(con)
        yield con
    finally:
        con.close()


def _bound_memory(con: duckdb.DuckDBPyConnection) -> None:
    try:
        con.execute("set memory_limit = ?", [MEMORY])
    except duckdb.Error as error:
        raise ConfigurationError(
            f"LIVRET_MEMORY={MEMORY!r}: not an amount of memory ({error}); write it as 1400MB or 4GB"
        ) from error


@contextmanager
def in_portions(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let DuckDB hold no more than a portion needs while the block runs."""
    con.execute("set memory_limit = ?", [PORTION_MEMORY])
    try:
        yield
    finally:
        con.execute("set memory_limit = ?", [MEMORY])


@contextmanager
def reader(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file, read-only, as every notebook and report opens it.

    Raises BuildError where there is none yet, or where the file is something else.
    """
    if not warehouse.is_file():
        raise BuildError(f"{warehouse}: no warehouse there yet; `livret run` makes it")
    try:
        con = duckdb.connect(str(warehouse), read_only=True)
    except duckdb.Error as error:
        raise BuildError(f"{warehouse}: {_NO_WAREHOUSE} ({error})") from error
    try:
        if not number(con, "select count(*) from duckdb_tables() where schema_name = 'sla_marts'"):
            raise BuildError(f"{warehouse}: {_NO_WAREHOUSE} (it has no schema sla_marts)")
        con.execute("set TimeZone = 'UTC'")
        yield con
    finally:
        con.close()


def refuse_unbuilt(database: Path, warehouse: Path) -> None:
    """The same words and exit status for every command that works on what a run left. Raises BuildError where none did."""
    with reader(warehouse):
        pass
    if not database.is_file():
        raise BuildError(
            f"{database}: no working database beside {warehouse}; `livret run` makes it from the inbox, and takes the"
            " statements back from that file"
        )


def refuse_unfinished(database: Path, warehouse: Path) -> None:
    """What is written from the working database must stand in the published file too.

    A run that failed leaves marts of two runs beside each other, and lines that nobody judged. Raises BuildError where the
    last run over `database` did not come to publish, where files were withdrawn since, or where nothing is published.
    """
    with duckdb.connect(str(database), read_only=True) as con:
        begun = con.execute("select run_id from landing.run").fetchone()
    with reader(warehouse) as con:
        published = con.execute("select run_id from sla_marts.runs").fetchone()
    if begun == (FORGOTTEN,):
        raise BuildError(f"{warehouse}: files were forgotten since it was built; `livret run` again first")
    if begun != published:
        raise BuildError(
            f"{warehouse}: the last run over {database.parent} did not come to an end, this file is of the one before;"
            " `livret run` again first"
        )


def number(con: duckdb.DuckDBPyConnection, query: str) -> int:
    """What a query of one row and one column tells; 0 where that is null."""
    row = con.execute(query).fetchone()
    return int(row[0] or 0) if row else 0


def records(
    con: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[object] = ()
) -> list[dict[str, Any]]:
    """Rows of a query as dictionaries."""
    cursor = con.execute(query, list(parameters))
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

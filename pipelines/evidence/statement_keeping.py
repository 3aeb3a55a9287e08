"""Statements outlive the working database: what a published file holds is read back before that file is replaced.

A closed month can be lost in two ways only: a file that holds it is overwritten by one that does not, or its row is altered
on the way. Both are refused here, whoever publishes, and whatever became of the working database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.errors import BuildError, InvariantError
from pipelines.evidence import statements
from pipelines.warehouse.connections import PUBLISHED_SCHEMAS, number

_TABLE, _INPUTS = "sla_statements.statements", "sla_statements.statement_inputs"
_KEY = "environment_id, month, version"
_TOLD = f"string_agg(environment_id || ' ' || strftime(month, '%Y-%m') || ' version ' || version, ', ' order by {_KEY})"


def take_back(con: duckdb.DuckDBPyConnection, warehouse: Path) -> int:
    """Add to the working database on `con` the statements that the file at `warehouse` holds and it does not; gives their
    number. Does nothing where no file lies there, and nothing the second time.

    Raises BuildError where what lies there is no published file, and InvariantError where a statement in it is not what was
    written: another one of the same environment, month and version is known here, or its figures are not those of its digest.
    """
    if not warehouse.exists():
        return 0
    with _attached(con, warehouse, "published"):
        if not _has(con, "published", "statements"):
            return 0
        statements.create(con)
        kept, known = f"published.{_TABLE}", _TABLE
        _refuse_other_columns(con, warehouse)
        altered = _list(con, f"from {kept} where sha256(figures) <> figures_digest")
        if altered:
            raise InvariantError(
                f"{warehouse}: the figures of {altered} are not those of the digest beside them, somebody altered them; nothing"
                " was published. Put a copy of the file back that has them as they were written, then run again"
            )
        differing = _list(
            con, f"from (from {kept} semi join {known} using ({_KEY}) except from {known}) as differing"
        )
        if differing:
            raise InvariantError(
                f"{warehouse}: it holds other statements of {differing} than the working database, and a statement is never"
                " overwritten; nothing was published. Both are kept: name another --warehouse for this inbox, or move the .work"
                " folder beside the file away and run again, which goes on from the statements of the file"
            )
        con.begin()
        try:
            con.execute(
                f"create or replace temp table missing as from {kept} anti join {known} using ({_KEY})"
            )
            con.execute(f"insert into {known} by name from temp.missing")
            if _has(con, "published", "statement_inputs"):
                con.execute(
                    f"insert into {_INPUTS} by name from published.{_INPUTS} semi join temp.missing using ({_KEY})"
                )
            taken = number(con, "select count(*) from temp.missing")
            con.execute("drop table temp.missing")
            con.commit()
        except BaseException:
            con.rollback()
            raise
    return taken


def refuse_unpublished(warehouse: Path) -> None:
    """Raises BuildError where something lies at `warehouse` that livret did not publish, or that cannot be read."""
    if warehouse.exists():
        with duckdb.connect() as con, _attached(con, warehouse, "published"):
            pass


def refuse_fewer(warehouse: Path, fresh: Path) -> None:
    """Before `fresh` takes the place of `warehouse`: it must hold every statement of it, word for word.

    Raises InvariantError where it does not, and BuildError where what lies at `warehouse` is no published file.
    """
    if not warehouse.exists():
        return
    with (
        duckdb.connect() as con,
        _attached(con, warehouse, "published"),
        _attached(con, fresh, "fresh"),
    ):
        if not _has(con, "published", "statements"):
            return
        if _has(con, "fresh", "statements"):
            lost = _list(con, f"from (from published.{_TABLE} except from fresh.{_TABLE}) as lost")
        else:
            lost = _list(con, f"from published.{_TABLE}")
        if lost:
            raise InvariantError(
                f"{warehouse}: the new file would hold fewer statements than this one, {lost} would be lost; nothing was"
                " published, this file stays. Report this"
            )


@contextmanager
def _attached(con: duckdb.DuckDBPyConnection, file: Path, name: str) -> Iterator[None]:
    try:
        con.execute(f"attach '{str(file).replace(chr(39), chr(39) * 2)}' as {name} (read_only)")
    except duckdb.Error as error:
        raise BuildError(_no_published(file, f"it cannot be read: {error}")) from error
    try:
        schemas = ", ".join(f"'{schema}'" for schema in PUBLISHED_SCHEMAS)
        if not number(
            con,
            f"select count(*) from duckdb_tables() where database_name = '{name}' and schema_name in ({schemas})",
        ):
            raise BuildError(_no_published(file, f"it has no table in {', '.join(PUBLISHED_SCHEMAS)}"))
        yield
    finally:
        con.execute(f"detach {name}")


def _no_published(file: Path, why: str) -> str:
    return (
        f"{file}: not a file that `livret run` published ({why}), and it may hold statements of closed months, so it is not"
        " overwritten; move it away, put a copy of it back that can be read, or name another --warehouse"
    )


def _has(con: duckdb.DuckDBPyConnection, database: str, table: str) -> bool:
    found = con.execute(
        "select 1 from duckdb_tables() where database_name = ? and schema_name = 'sla_statements' and table_name = ?",
        [database, table],
    ).fetchone()
    return found is not None


def _refuse_other_columns(con: duckdb.DuckDBPyConnection, warehouse: Path) -> None:
    """A statement written by another version of livret may have columns that would be dropped, or lack some, here."""
    columns = (
        "select list(column_name || ' ' || data_type order by column_name) from duckdb_columns()"
        " where database_name = {} and schema_name = 'sla_statements' and table_name = 'statements'"
    )
    theirs, ours = (
        con.execute(columns.format(database)).fetchone() for database in ("'published'", "current_database()")
    )
    if theirs != ours:
        raise BuildError(
            f"{warehouse}: its statements have the columns {theirs}, expected {ours}: another version of livret wrote them."
            " Nothing was published; run that version, or name another --warehouse"
        )


def _list(con: duckdb.DuckDBPyConnection, source: str) -> str | None:
    """The first statements of some, in words; None where there are none."""
    named = con.execute(
        f"select {_TOLD}, any_value(told_of) from"
        f" (select *, count(*) over () as told_of {source} order by {_KEY} limit 5) as told"
    ).fetchone()
    if named is None or named[0] is None:
        return None
    text, of = named
    return str(text) if of <= 5 else f"{text} and {of - 5} more"

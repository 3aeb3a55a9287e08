"""The published file: made of the one published before, taking over what did not change, and swapped in at once.

Marts that grow with time say in their dbt meta by which parts they are published, as `published: {by: night_on}`: `by` is SQL of
their columns, null in no row. A part is written where it differs from what was published, by number of rows and by a sum of
64-bit hashes of whole rows, which are kept beside them. Where that would read millions of texts, `fingerprints` names a model
of one row for each part, whose `fingerprint` is another one whenever the part's rows may be; it is hashed in place of the rows.
All other marts are written anew. While something is put aside (pipelines/published/soundness.py), all is.

What is kept means something within one working database and one program only. So a published file is built upon only where it is
proven to be the last one that this program made of this working database, and untouched since: both bear the same random
token, and the file's size and time of change are those noted then. Of anything else nothing is taken over.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.evidence import statement_keeping
from pipelines.published.soundness import Soundness
from pipelines.warehouse import dbt_project
from pipelines.warehouse.connections import PUBLISHED_SCHEMAS, number, writer

_SMALL = 256  # blocks of a quarter of a mebibyte: below, nobody minds how many of them stand empty
_OWN_SCHEMA = "sla_publication"
_MARTS = "sla_marts"
_FRESH = "fresh"  # the file being written, by this name on its connection
# What is known of the file published last: the token in it, and what its folder tells of it.
_LAST = """
create table if not exists landing.publication (token varchar not null, bytes bigint not null, modified_ns bigint not null)
"""


def publish(database: Path, warehouse: Path) -> dict[str, int]:
    """Write the schemas that readers need to a new file and swap it in at once. Returns rows by `schema.table`.

    A reader that has the old file open keeps it; a crash leaves the old file whole, or the new one, upon which the next run
    does not build. Statements of the old file are taken back first, so that the new one holds them whatever became of the
    working database. Raises BuildError where what lies at `warehouse` was not published, InvariantError where a statement
    would be lost or altered; the old file stays then.
    """
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with writer(database) as con:
        statement_keeping.take_back(con, warehouse)
    for left in warehouse.parent.glob(f".{warehouse.name}.*.new*"):
        left.unlink()  # of a run that was killed while it published
    handle, name = tempfile.mkstemp(prefix=f".{warehouse.name}.", suffix=".new", dir=warehouse.parent)
    os.close(handle)
    fresh = Path(name)
    fresh.unlink()
    token = uuid.uuid4().hex
    try:
        if _is_last_of(database, warehouse):
            shutil.copyfile(warehouse, fresh)
        rows = _write(database, fresh, token)
        statement_keeping.refuse_fewer(warehouse, fresh)
        os.replace(fresh, warehouse)
        # What somebody wrote into the file before goes with it.
        Path(f"{warehouse}.wal").unlink(missing_ok=True)
    finally:
        fresh.unlink(missing_ok=True)
        Path(f"{fresh}.wal").unlink(missing_ok=True)
    with writer(database) as con:
        con.execute(_LAST)
        con.begin()
        con.execute("delete from landing.publication")
        con.execute("insert into landing.publication values (?, ?, ?)", [token, *_seen(warehouse)])
        con.commit()
    return rows


def _is_last_of(database: Path, warehouse: Path) -> bool:
    """Whether `warehouse` is the last file that this program made of this working database, untouched and not half empty."""
    if not warehouse.is_file() or Path(f"{warehouse}.wal").exists():
        return False
    try:
        with duckdb.connect(str(database), read_only=True) as con:
            last = con.execute("select token, bytes, modified_ns from landing.publication").fetchone()
        with duckdb.connect(str(warehouse), read_only=True) as con:
            origin = con.execute(f"select token, program from {_OWN_SCHEMA}.origin").fetchone()
            blocks = con.execute("select used_blocks, free_blocks from pragma_database_size()").fetchone()
    except duckdb.Error:
        return False  # never published, or no file of ours
    if not last or not origin or not blocks or blocks[1] > max(blocks[0], _SMALL):
        return False
    program = _program(database)
    return program is not None and origin == (last[0], program) and last[1:] == _seen(warehouse)


def _seen(warehouse: Path) -> tuple[int, int]:
    told = warehouse.stat()
    return told.st_size, told.st_mtime_ns


def _program(database: Path) -> str | None:
    """By what a whole build made all there is in the working database; None where parts of it may be another program's."""
    built = dbt_project.built_by(database.parent)
    return f"{built} duckdb {duckdb.__version__}" if built == dbt_project.code() else None


@dataclass(frozen=True)
class _Parts:
    """By which parts a table is published: the words of a mart's meta."""

    name: str  # with its schema, quoted
    by: str
    fingerprints: str | None = None

    def tell(self, con: duckdb.DuckDBPyConnection, work: str) -> None:
        """Into `temp.parts`: for each part a number that differs where its rows do, and how many they are."""
        told = f'sla_intermediate."{self.fingerprints}"' if self.fingerprints else self.name
        rows = f'select {self.by} as part, * from "{work}".{told}'
        con.execute(
            "insert into temp.parts select ?, part, sum(hash(hash(told))), case when ? then count(*) end"
            f" from ({rows}) as told group by part",
            [self.name, self.fingerprints is None],
        )

    def among(self, parts: list[str]) -> str:
        """The rows of these parts, as a condition of literals: it reaches the scans below a view."""
        return f"{self.by} in ({', '.join(map(_literal, parts))})"


def _parts() -> dict[str, _Parts]:
    """By name, all that is not written anew on every run: marts that say so, and the statements, to which months are added."""
    nodes = dbt_project.parsed()["nodes"].values()
    words = {
        _name(_MARTS, node["name"]): node["config"]["meta"].get("published")
        for node in nodes
        if node["schema"] == _MARTS
    }
    words |= {_name("sla_statements", table): {"by": "month"} for table in ("statements", "statement_inputs")}
    return {name: _Parts(name, **told) for name, told in words.items() if told}


def _name(schema: str, table: str) -> str:
    return f'{schema}."{table}"'


def _write(database: Path, fresh: Path, token: str) -> dict[str, int]:
    rows: dict[str, int] = {}
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        work = database.stem  # by this name views refer to it
        con.execute(
            f'attach {_literal(fresh)} as {_FRESH}; attach {_literal(database)} as "{work}" (read_only)'
        )
        con.execute(f"use {_FRESH}")
        con.begin()  # one commit for all: a thousand comments would each write to disk
        for schema in (*PUBLISHED_SCHEMAS, _OWN_SCHEMA):
            con.execute(f"create schema if not exists {schema}")
        # Marts that only arrange a table anew are views in the working database: their rows are written once, here.
        before, now = _relations(con, _FRESH), _relations(con, work)
        comments = _comments(con, work)
        columns_of_parts = "(name varchar, part varchar, told hugeint, rows bigint)"
        con.execute(f"create temp table parts {columns_of_parts}")
        con.execute(f"create table if not exists {_OWN_SCHEMA}.parts {columns_of_parts}")
        sound = Soundness(con, work)
        parts = {
            name: known
            for name, known in _parts().items()
            if sound.is_whole and name in now and _is_told(con, known, work)
        }
        for name in before.keys() - now.keys():
            con.execute(f"drop table {name}")
        for name, columns in now.items():
            known = parts.get(name)
            if known:
                known.tell(con, work)
            if not (known and before.get(name) == columns and _rewrite(con, known, work)):
                # Rows of a night lie together, where that is cheap: the next nights find and replace them with less reading.
                order = f" order by {known.by}" if known and known.by.isidentifier() else ""
                schema, table = name.split(".", 1)
                mart = table.strip('"')
                rows_of = (
                    sound.rows(mart, [column for column, _ in columns])
                    if schema == _MARTS
                    else f'"{work}".{name}'
                )
                con.execute(f"create or replace table {name} as from {rows_of}{order}")
                con.execute(comments.get(name, ""))
            rows[name.replace('"', "")] = number(con, f"select count(*) from {name}")
        con.execute(f"create or replace table {_OWN_SCHEMA}.parts as from temp.parts")
        con.execute(
            f"create or replace table {_OWN_SCHEMA}.origin as select ? as token, ? as program",
            # Where something was put aside, the next file is not built upon this one.
            [token, _program(database) if sound.is_whole else None],
        )
        con.commit()
        con.execute(f"checkpoint {_FRESH}")
    return rows


def _is_told(con: duckdb.DuckDBPyConnection, parts: _Parts, work: str) -> bool:
    """Whether what tells the parts is there; a partial build may leave fingerprints out."""
    known = "select count(*) from duckdb_views() where database_name = ? and view_name = ?"
    return not parts.fingerprints or con.execute(known, [work, parts.fingerprints]).fetchone() == (1,)


def _relations(con: duckdb.DuckDBPyConnection, catalog: str) -> dict[str, list[tuple[str, str]]]:
    """Tables and views that readers get, by name, with their columns and types."""
    found = con.execute(
        "select schema_name, table_name, list((column_name, data_type) order by column_index) from duckdb_columns()"
        " where database_name = ? and schema_name in (select unnest(?)) group by all order by all",
        [catalog, list(PUBLISHED_SCHEMAS)],
    ).fetchall()
    return {_name(schema, table): columns for schema, table, columns in found}


def _rewrite(con: duckdb.DuckDBPyConnection, parts: _Parts, work: str) -> bool:
    """Write the parts of a table that differ from what the file holds. False where all of it had better be written anew."""
    before, now = (f"(from {catalog}.parts where name = $1)" for catalog in (_OWN_SCHEMA, "temp"))
    found = con.execute(
        f"select coalesce(now.part, before.part) from {before} as before full join {now} as now on now.part = before.part"
        " where now.told is distinct from before.told or now.rows is distinct from before.rows order by all",
        [parts.name],
    ).fetchall()
    differing = [part for (part,) in found]
    held, rows = con.execute(f"select count(*), sum(rows) from {now}", [parts.name]).fetchall()[0]
    if None in differing or 2 * len(differing) > held:
        return False
    if differing:
        among = parts.among(differing)
        con.execute(f"delete from {parts.name} where {among}")
        con.execute(
            f'insert into {parts.name} select * from "{work}".{parts.name} where {among} order by {parts.by}'
        )
    return rows is None or rows == number(con, f"select count(*) from {parts.name}")


def _comments(con: duckdb.DuckDBPyConnection, work: str) -> dict[str, str]:
    """By name: the statements that describe it and its columns as the working database does."""
    told = con.execute(
        "select schema_name, table_name, null, comment from duckdb_tables() where database_name = $1 and comment <> ''"
        " union all select schema_name, view_name, null, comment from duckdb_views() where database_name = $1 and comment <> ''"
        " union all select schema_name, table_name, column_name, comment from duckdb_columns()"
        " where database_name = $1 and comment <> ''",
        [work],
    ).fetchall()
    statements: dict[str, str] = {}
    for schema, table, column, comment in told:
        name = _name(schema, table)
        what = f"table {name}" if column is None else f'column {name}."{column}"'
        statements[name] = f"{statements.get(name, '')}comment on {what} is {_literal(comment)};"
    return statements


def _literal(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"

"""What readers find in the published file, beside what is in the working database."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import Any

import duckdb

from pipelines.published import publication
from pipelines.resources import WORK_DATABASE

ABOUT_THE_RUN = ("file_id", "run_id", "loaded_at", "last_loaded_at", "first_seen_at")


def marts(file: Path, apart: Container[str] = ("runs",)) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of all marts of a published file or a working database, less what tells when and by which run something was."""
    with duckdb.connect(str(file), read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        found = con.execute(
            "select table_name, list(column_name order by column_index) from duckdb_columns()"
            " where schema_name = 'sla_marts' group by all"
        ).fetchall()
        return {
            table: con.execute(
                f"select {', '.join(chr(34) + c + chr(34) for c in columns if c not in ABOUT_THE_RUN)}"
                f' from sla_marts."{table}" order by all'
            ).fetchall()
            for table, columns in found
            if table not in apart
        }


def held(file: Path) -> dict[str, tuple[list[Any], list[tuple[Any, ...]]]]:
    """Columns and rows of all that readers get, of either file."""
    with duckdb.connect(str(file), read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        found = con.execute(
            "select schema_name, table_name, list((column_name, data_type) order by column_index) from duckdb_columns()"
            " where schema_name in ('sla_contract', 'sla_marts', 'sla_statements') group by all"
        ).fetchall()
        return {
            f"{schema}.{table}": (columns, con.execute(f'from {schema}."{table}" order by all').fetchall())
            for schema, table, columns in found
        }


def publish_again(work: Path) -> None:
    """Publish the working database in `work` over what was published of it before, and compare every row."""
    file = work / "published.duckdb"
    assert publication._is_last_of(work / WORK_DATABASE, file) or not file.exists()
    publication.publish(work / WORK_DATABASE, file)
    published, there = held(file), held(work / WORK_DATABASE)
    assert published.keys() == there.keys()
    differing = [name for name in there if published[name] != there[name]]
    assert not differing, f"published otherwise than built: {differing}"

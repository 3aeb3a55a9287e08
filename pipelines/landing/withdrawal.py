"""Readings of files taken back: where settings changed, and where somebody says that a file should never have been fed.

What other readings also brought stays, and what the readings had replaced comes back (`row_histories`): the next run's figures
are those of an inbox that never had the file. Statements are not touched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

import duckdb

from pipelines.errors import ConfigurationError
from pipelines.landing import row_histories
from pipelines.landing.summaries import touch
from pipelines.landing.tables import TABLES
from pipelines.warehouse.connections import FORGOTTEN

CREATE = """
create table if not exists landing.withdrawals (
    file_id integer not null, source varchar not null, format varchar not null, name varchar not null, sha256 varchar not null,
    rows_in bigint not null, rows_stored bigint not null, rows_gone bigint not null, rows_kept bigint not null,
    rows_restored bigint not null, withdrawn_at timestamptz not null, withdrawn_by varchar not null, why varchar not null,
    undone_at timestamptz, undone_by varchar
);
comment on table landing.withdrawals is
    'One row per reading of a file that was withdrawn: of the rows stored from it, those gone, those that another reading also
    brought, and those in whose place an older row came back. Such a file is not read again while its bytes are the same.';
"""
# Tables of schema landing that bear a file_id and are not rows of files: what is summed up is done anew by itself.
_APART = (
    "files",
    "restore_points",
    "restore_points_read",
    "withdrawals",
    "also_brought",
    "file_versions",
    "rejects",
)
_OTHERS = """
select table_name from duckdb_columns()
where schema_name = 'landing' and database_name = current_database() and column_name = 'file_id'
    and table_name not in (select unnest(?)) order by all
"""


@dataclass(frozen=True)
class Withdrawn:
    """What became of the rows that readings had brought: `stored` = `gone` + `kept` + `restored`."""

    stored: int = 0
    gone: int = 0
    kept: int = 0
    restored: int = 0


@dataclass(frozen=True)
class Reading:
    """A reading that can be withdrawn."""

    file_id: int
    name: str
    rows: int


def take_back(
    con: duckdb.DuckDBPyConnection, file_ids: Iterable[int], *, readmits: bool = True
) -> dict[int, Withdrawn]:
    """Take readings out of schema `landing`. Call it within a transaction. Returns what became of their rows, by file_id.

    Summaries are told, and made good by the next run. `readmits`: versions of these files that were refused for their sake are
    read again.
    """
    con.execute("create or replace temp table withdrawn (file_id integer)")
    con.execute("insert into withdrawn select distinct unnest(?)", [list(file_ids)])
    con.execute(
        "create or replace temp table went (file_id integer, was bigint, gone bigint, kept bigint, restored bigint)"
    )
    if readmits:
        con.execute(
            """
            insert into withdrawn
            select file_id from landing.file_versions
            where is_refused and file_id not in (select file_id from withdrawn) and identity in (
                select identity from landing.file_versions
                where file_id in (select file_id from withdrawn) and not is_refused
            )
            """
        )
    sources = con.execute(
        "select distinct source from landing.files where file_id in (select file_id from withdrawn)"
    ).fetchall()
    for table in (table for table in TABLES.values() if (table.source,) in sources):
        if row_histories.keys_told_by(con, table):
            row_histories.tell_anew(con, table, touch)
            if table.is_counted:
                row_histories.count(con, table)
    _reject_anew(con)
    apart = [*_APART, *TABLES]
    for (name,) in con.execute(_OTHERS, [apart]).fetchall():
        con.execute(f'delete from landing."{name}" where file_id in (select file_id from withdrawn)')
    for name in ("also_brought", "file_versions", "files"):
        con.execute(f"delete from landing.{name} where file_id in (select file_id from withdrawn)")
    rows = con.execute(
        "select file_id, sum(was), sum(gone), sum(kept), sum(restored) from went group by file_id"
    ).fetchall()
    found = {file_id: Withdrawn(*map(int, counts)) for file_id, *counts in rows}
    return {file_id: found.get(file_id, Withdrawn()) for file_id in file_ids}


def _reject_anew(con: duckdb.DuckDBPyConnection) -> None:
    """Rejects of withdrawn readings go, or become those of the next reading that had the same row."""
    con.execute(
        """
        create or replace temp table heirs as
        select also.key as reject_key, min_by(also, also.file_id) as heir
        from landing.also_brought as also
        inner join landing.rejects on rejects.reject_key = also.key
        where also.table_name = 'rejects' and rejects.file_id in (select file_id from withdrawn)
            and also.file_id not in (select file_id from withdrawn)
        group by also.key;
        update landing.rejects set
            file_id = heir.file_id, line = heir.line, file = files.name, first_seen_at = files.loaded_at, run_id = files.run_id
        from heirs inner join landing.files on files.file_id = heirs.heir.file_id
        where rejects.reject_key = heirs.reject_key;
        update landing.files set rows_rejected = rows_rejected + moved.rows, rows_duplicate = rows_duplicate - moved.rows
        from (select heir.file_id as file_id, count(*) as rows from heirs group by all) as moved
        where moved.file_id = files.file_id;
        delete from landing.also_brought as also using heirs
        where also.table_name = 'rejects' and also.key = heirs.reject_key and also.file_id = heirs.heir.file_id;
        delete from landing.rejects where file_id in (select file_id from withdrawn)
        """
    )


# ---------------------------------------------------------------- forgetting
def readings(con: duckdb.DuckDBPyConnection, inbox: Path, names: Iterable[str]) -> list[Reading]:
    """All readings of files, given by their names in the inbox or by paths into it.

    Raises ConfigurationError for a file that was never read.
    """
    found: list[Reading] = []
    for given in names:
        name = _name(inbox, given)
        rows = con.execute(
            "select file_id, name, rows_in from landing.files where name = ? order by file_id", [name]
        ).fetchall()
        if not rows:
            known = [row[0] for row in con.execute("select distinct name from landing.files").fetchall()]
            near = get_close_matches(name, known, 1, 0.6)
            hint = f"; did you mean {near[0]}?" if near else "; sla_marts.input_files names all"
            raise ConfigurationError(f"{given}: no such file was read{hint} Nothing was forgotten")
        found += [Reading(*row) for row in rows]
    return list(dict.fromkeys(found))


def _name(inbox: Path, given: str) -> str:
    """The name below the inbox; what leads nowhere into it is taken for a name."""
    for path in (Path(given).absolute(), Path(given).resolve()):
        for root in (inbox, inbox.resolve()):
            if root in path.parents:
                return path.relative_to(root).as_posix()
    return given


def forget(
    con: duckdb.DuckDBPyConnection, chosen: list[Reading], *, at: datetime, by: str, why: str
) -> Withdrawn:
    """Withdraw readings, and write down who did so, when and why: all of it, or nothing.

    What was built of them is of another inbox from then on: nothing can be closed or listed for a purge before the next run.
    """
    con.begin()
    ids = [reading.file_id for reading in chosen]
    told = con.execute(
        "select file_id, source, format, name, sha256, rows_in from landing.files where file_id in (select unnest(?))"
        " order by file_id",
        [ids],
    ).fetchall()
    became = take_back(con, ids)
    for file_id, *columns in told:
        counts = became[file_id]
        con.execute(
            "insert into landing.withdrawals values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null, null)",
            [file_id, *columns, counts.stored, counts.gone, counts.kept, counts.restored, at, by, why],
        )
    con.execute("update landing.run set run_id = ?", [FORGOTTEN])
    con.commit()
    return Withdrawn(
        *(
            sum(getattr(one, name) for one in became.values())
            for name in ("stored", "gone", "kept", "restored")
        )
    )


def undo(con: duckdb.DuckDBPyConnection, inbox: Path, names: Iterable[str], *, at: datetime, by: str) -> int:
    """Let withdrawn files be read again by the next run. Returns how many readings they had. All of it, or nothing.

    Raises ConfigurationError for a file that is not withdrawn.
    """
    con.begin()
    count = 0
    for given in names:
        rows = con.execute(
            "update landing.withdrawals set undone_at = ?, undone_by = ? where name = ? and undone_at is null returning file_id",
            [at, by, _name(inbox, given)],
        ).fetchall()
        if not rows:
            con.rollback()
            raise ConfigurationError(
                f"{given}: not withdrawn; sla_marts.withdrawals names all that are. Nothing was undone"
            )
        count += len(rows)
    con.commit()
    return count


def standing(con: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """(name, SHA-256) of what must not be read again."""
    return set(con.execute("select name, sha256 from landing.withdrawals where undone_at is null").fetchall())

"""Versions of one file: the law knows one FEC file per year of a ledger, so that one sent again replaces what was sent before.

Told by client, dossier, SIREN and closing date in the name, or by the name where it bears no closing date. The later reading
counts: of a later run, or within a run the file changed last, then the later name. What it leaves out ends and is written down as
changed to nothing; what both tell stays where it is.

What may be a file cut short, or none of that year, frees nothing: it is refused whole, and the version before it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import polars as pl

from pipelines.inbox.discovery import COMPRESSIONS, InboxFile
from pipelines.landing.merging import as_json, listed
from pipelines.landing.row_histories import tell_anew
from pipelines.landing.summaries import touch
from pipelines.landing.tables import TABLES
from pipelines.warehouse.connections import number

FORMAT = ("history", "fec")
RULE = "version_refused"
CREATE = """
create table if not exists landing.file_versions (
    file_id integer primary key, identity varchar not null, plain_name varchar not null, is_refused boolean not null
);
comment on table landing.file_versions is
    'One row per reading of a file of which there is one at a time: which one, and whether this version of it was refused.';
"""
_NAME = re.compile(r"(?P<siren>\d*)FEC(?P<closing>\d{8})", re.IGNORECASE)
# The readings that count of the file of which {file_id} is one, in the order in which they were read.
_VERSIONS = """
select versions.* from landing.file_versions as versions
where not is_refused and file_id <= {file_id}
    and identity = (select identity from landing.file_versions where file_id = {file_id})
"""
# Whether a version tells of an entry that an earlier one told of.
_IS_AKIN = """
with versions as ({versions}),
stored as (select file_id, line, journal_code, entry_number from landing.movements where dossier_key = {dossier_key}),
also as (
    select met_file_id as file_id, unnest(range(met_line, met_line + lines)) as line
    from landing.also_brought where table_name = 'movements' and file_id = {file_id}
)
select count(*) from stored
where file_id <> {file_id} and file_id in (select file_id from versions) and (journal_code, entry_number) in (
    select (journal_code, entry_number) from stored left join also using (file_id, line)
    where stored.file_id = {file_id} or also.line is not null
)
"""
# Keys of rows that earlier versions told and this one does not.
_LEFT_OUT = """
create or replace temp table told_keys as
with earlier as (select file_id from ({versions}) where file_id <> {file_id}),
brought as (
    select file_id, met_file_id, unnest(range(met_line, met_line + lines)) as met_line, key
    from landing.also_brought
    where table_name = '{table}' and (file_id = {file_id} or file_id in (from earlier))
)
select distinct {key} from landing.{table} as stored
where {of_dossier} and file_id <> {file_id}
    and (
        file_id in (from earlier)
        or exists (from brought where file_id <> {file_id} and met_file_id = stored.file_id and {met})
    )
    and not exists (from brought where file_id = {file_id} and met_file_id = stored.file_id and {met})
"""


@dataclass(frozen=True)
class Taken:
    """What became of a version: what it `replaces`, or why it was `refused`; neither for the first of its file.

    left_out: lines of the version before that it does not tell.
    """

    replaces: str = ""
    refused: str = ""
    left_out: int = 0


def identity(file: InboxFile) -> str | None:
    """What makes files versions of one; None where a format knows no versions."""
    if (file.source, file.format) != FORMAT or len(file.below_format) < 2:
        return None
    found = _NAME.search(file.stem)
    owner = "/".join(file.below_format[:2])
    return f"{owner}/{found['siren']}/{found['closing']}" if found else _plain(file)


def _plain(file: InboxFile) -> str:
    """The name of the file without the ending of an archive."""
    return file.name[: -len(file.path.suffix)] if file.path.suffix.lower() in COMPRESSIONS else file.name


def record(con: duckdb.DuckDBPyConnection, files: Mapping[int, InboxFile]) -> set[int]:
    """Write down the readings of a portion, by file_id, not taken yet; returns those that are not the first of their file."""
    told = [
        (file_id, known_as, _plain(file)) for file_id, file in files.items() if (known_as := identity(file))
    ]
    if not told:
        return set()
    versions = pl.DataFrame(told, schema=["file_id", "identity", "plain_name"], orient="row")  # noqa: F841
    con.execute("insert into landing.file_versions select file_id, identity, plain_name, true from versions")
    rows = con.execute(
        "select file_id from versions inner join (select identity, min(file_id) as first from landing.file_versions group by all)"
        " using (identity) where file_id > first"
    ).fetchall()
    con.execute(
        "update landing.file_versions set is_refused = false where file_id in (select file_id from versions)"
        " and file_id not in (select unnest(?::integer[]))",
        [[file_id for (file_id,) in rows]],
    )
    return {file_id for (file_id,) in rows}


def take(con: duckdb.DuckDBPyConnection, file_id: int, file: InboxFile, rejected: int) -> Taken:
    """Let a reading that was merged just now replace the versions before it, or say why it must be taken back.

    Call it within the transaction of the merge, in the order of readings, `rejected` being its rejected lines.
    """
    con.execute("update landing.file_versions set is_refused = false where file_id = ?", [file_id])
    versions = _VERSIONS.format(file_id=int(file_id))
    earlier = con.execute(
        "select files.file_id, files.name, versions.plain_name, files.rows_rejected, told.debit = told.credit"
        f" from ({versions}) as versions inner join landing.files on files.file_id = versions.file_id"
        " left join landing.fec_files as told on told.file_id = versions.file_id"
        " where versions.file_id <> ? order by versions.file_id desc",
        [file_id],
    ).fetchall()
    if not earlier:
        return Taken()
    dossier_key = _dossier_key(con, file)
    left_out = _left_out(con, "movements", file_id, dossier_key)
    if left_out:
        _, name, _, was_rejected, was_balanced = earlier[0]
        balance = con.execute(
            "select debit = credit from landing.fec_files where file_id = ?", [file_id]
        ).fetchone()
        akin = _IS_AKIN.format(versions=versions, file_id=int(file_id), dossier_key=dossier_key)
        is_named_so = _plain(file) in {plain_name for _, _, plain_name, _, _ in earlier}
        reasons = {
            "tells nothing new": not number(
                con, f"select count(*) from landing.movements where file_id = {int(file_id)}"
            ),
            f"has {rejected} rejected lines, where that one had {was_rejected}": rejected > was_rejected,
            "does not balance, as that one did": was_balanced is True and balance == (False,),
            "shares no entry with it": not is_named_so and not number(con, akin),
        }
        if why := next((reason for reason, holds in reasons.items() if holds), ""):
            return Taken(refused=f"leaves out {left_out} lines of {name} and {why}", left_out=left_out)
    con.execute("create or replace temp table withdrawn (file_id integer)")
    for table in (table for table in TABLES.values() if table.is_versioned):
        _left_out(con, table.name, file_id, dossier_key)
        tell_anew(con, table, touch)
    return Taken(replaces=earlier[0][1], left_out=left_out)


def _dossier_key(con: duckdb.DuckDBPyConnection, file: InboxFile) -> int:
    """-1: no line of the dossier was ever read."""
    row = con.execute(
        "select dossier_key from landing.dossier_keys where client_id = ? and dossier_id = ?",
        list(file.below_format[:2]),
    ).fetchone()
    return int(row[0]) if row else -1


def _left_out(con: duckdb.DuckDBPyConnection, name: str, file_id: int, dossier_key: int) -> int:
    """Into `told_keys` the keys of a table that earlier versions told and this one does not; returns how many."""
    table = TABLES[name]
    con.execute(
        _LEFT_OUT.format(
            versions=_VERSIONS.format(file_id=int(file_id)),
            table=name,
            file_id=int(file_id),
            key=listed(table.full_key),
            met="met_line = stored.line"
            if table.line_tells
            else f"key = {as_json(table.full_key, 'stored')}",
            of_dossier=f"dossier_key = {dossier_key}" if "dossier_key" in table.full_key else "true",
        )
    )
    return number(con, "select count(*) from told_keys")

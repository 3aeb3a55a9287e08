"""Versions of one file: the law knows one FEC file per year of a ledger, so that one sent again replaces what was sent before.

Told by client, dossier, SIREN and closing date in the name, or by the name where it bears no closing date. The later reading
counts: of a later run, or within a run the file changed last, then the later name. What it leaves out ends and is written down as
changed to nothing; what both tell stays where it is.

A version that may be a file cut short frees nothing: it is refused whole, and the earlier one stands. One that shares no entry
with what stands, under another name, is another part of the ledger, and stands beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import duckdb

from pipelines.inbox import COMPRESSIONS, InboxFile
from pipelines.landing_tables import TABLES
from pipelines.row_histories import tell_anew
from pipelines.summaries import touch
from pipelines.warehouse import number

FORMAT = ("history", "fec")
RULE = "version_cut_short"
CREATE = """
create table if not exists landing.file_versions (
    file_id integer primary key, identity varchar not null, version_of integer not null, is_refused boolean not null
);
comment on table landing.file_versions is
    'One row per reading of a FEC file: which file it is a version of (the first reading of it), and whether it was refused.';
"""
_NAME = re.compile(r"(?P<siren>\d*)FEC(?P<closing>\d{8})", re.IGNORECASE)
# Which files of the same identity tell of an entry that this one tells of too, or bear its name.
_SAME_FILE = """
with stored as (
    select file_id, line, journal_code, entry_number from landing.movements where dossier_key = {dossier_key}
),
also as (
    select met_file_id as file_id, unnest(range(met_line, met_line + lines)) as line
    from landing.also_brought where table_name = 'movements' and file_id = {file_id}
),
own as (
    select distinct journal_code, entry_number
    from stored left join also using (file_id, line)
    where stored.file_id = {file_id} or also.line is not null
),
akin as (select distinct file_id from stored semi join own using (journal_code, entry_number))
select distinct versions.version_of
from landing.file_versions as versions
inner join landing.files on files.file_id = versions.file_id
left join akin on akin.file_id = versions.file_id
where versions.identity = $identity and versions.file_id < {file_id} and not versions.is_refused
    and (akin.file_id is not null or $name = case
        when files.name ilike '%.gz' then left(files.name, -3) when files.name ilike '%.zst' then left(files.name, -4)
        else files.name
    end)
"""
# Rows that earlier versions told and this one does not.
_LEFT_OUT = """
create or replace temp table told_keys as
with earlier as (
    select file_id from landing.file_versions
    where version_of = (select version_of from landing.file_versions where file_id = {file_id})
        and file_id < {file_id} and not is_refused
),
brought as (
    select
        file_id, met_file_id, unnest(range(met_line, met_line + lines)) as met_line, key
    from landing.also_brought
    where table_name = '{table}' and (file_id = {file_id} or file_id in (from earlier))
)
select distinct {key} from landing.{table} as stored
where (
        file_id in (from earlier)
        or exists (
            select 1 from brought
            where brought.file_id <> {file_id} and met_file_id = stored.file_id and {met}
        )
    )
    and file_id <> {file_id} and {of_dossier}
    and not exists (
        select 1 from brought where brought.file_id = {file_id} and met_file_id = stored.file_id and {met}
    )
"""


_PART = "shares no entry with what was read of the same SIREN and closing date: taken for another part, which stands beside it"


@dataclass(frozen=True)
class Refusal:
    """Why a version was not taken, for its reject."""

    value: str
    told: str


def identity(file: InboxFile) -> str | None:
    """What makes files versions of one; None where a format knows no versions."""
    if (file.source, file.format) != FORMAT or len(file.below_format) < 2:
        return None
    owner = "/".join(file.below_format[:2])
    found = _NAME.search(file.stem)
    return f"{owner}/{found['siren']}/{found['closing']}" if found else plain_name(file.name)


def plain_name(name: str) -> str:
    """A name without the ending of a compressed file."""
    ending = next((ending for ending in COMPRESSIONS if name.lower().endswith(ending)), "")
    return name.removesuffix(name[len(name) - len(ending) :]) if ending else name


def take(
    con: duckdb.DuckDBPyConnection, file_id: int, file: InboxFile, rejected: int
) -> tuple[str, Refusal | None]:
    """Let a reading, merged just now, replace the earlier versions of its file. Returns what is to be told of it, and why it must
    be taken back. Call it within the transaction of the merge, in the order of readings.

    """
    known_as = identity(file)
    if known_as is None:
        return "", None
    others = con.execute(
        "select count(*) from landing.file_versions where identity = ? and file_id < ? and not is_refused",
        [known_as, file_id],
    ).fetchone()
    dossier_key = _dossier_key(con, file) if others != (0,) else -1
    groups = _groups(con, file_id, file, known_as, dossier_key) if others != (0,) else []
    first = min(groups, default=file_id)
    con.execute(
        "update landing.file_versions set version_of = ? where version_of in (select unnest(?::integer[]))",
        [first, groups],
    )
    con.execute("insert into landing.file_versions values (?, ?, ?, false)", [file_id, known_as, first])
    if not groups:
        return (_PART if others != (0,) else ""), None
    con.execute("create or replace temp table withdrawn (file_id integer)")
    _left_out(con, "movements", file_id, dossier_key)
    lines = number(con, "select count(*) from told_keys")
    if lines and (refusal := _cut_short(con, file_id, file, lines, rejected)):
        return "", refusal
    told = _replaces(con, file_id, lines)
    for table in (table for table in TABLES.values() if table.is_versioned):
        _left_out(con, table.name, file_id, dossier_key)
        tell_anew(con, table, touch)
    return told, None


def _dossier_key(con: duckdb.DuckDBPyConnection, file: InboxFile) -> int:
    """-1: no line of the dossier was ever read."""
    client_id, dossier_id = file.below_format[:2]
    row = con.execute(
        "select dossier_key from landing.dossier_keys where client_id = ? and dossier_id = ?",
        [client_id, dossier_id],
    ).fetchone()
    return int(row[0]) if row else -1


def _groups(
    con: duckdb.DuckDBPyConnection, file_id: int, file: InboxFile, known_as: str, dossier_key: int
) -> list[int]:
    """By their first reading: the files that this one is a version of."""
    rows = con.execute(
        _SAME_FILE.format(file_id=int(file_id), dossier_key=dossier_key),
        {"identity": known_as, "name": plain_name(file.name)},
    ).fetchall()
    return [group for (group,) in rows]


def _left_out(con: duckdb.DuckDBPyConnection, name: str, file_id: int, dossier_key: int) -> None:
    """Into `told_keys` the keys of a table that earlier versions told and this one does not."""
    table = TABLES[name]
    key = ", ".join(f'"{column}"' for column in table.full_key)
    if table.line_tells:
        met = "brought.met_line = stored.line"
    else:
        fields = ", ".join(f"'{column}': stored.\"{column}\"" for column in table.full_key)
        met = f"brought.key = to_json({{{fields}}})::varchar"
    of_dossier = f"dossier_key = {dossier_key}" if "dossier_key" in table.full_key else "true"
    con.execute(_LEFT_OUT.format(table=name, file_id=int(file_id), key=key, met=met, of_dossier=of_dossier))


def _cut_short(
    con: duckdb.DuckDBPyConnection, file_id: int, file: InboxFile, lines: int, rejected: int
) -> Refusal | None:
    """Why a version that leaves lines out may be a file cut short."""
    fresh = number(con, f"select count(*) from landing.movements where file_id = {int(file_id)}")
    versions = con.execute(
        "select versions.file_id, told.debit = told.credit, files.rows_rejected from landing.file_versions as versions"
        " inner join landing.files on files.file_id = versions.file_id"
        " left join landing.fec_files as told on told.file_id = versions.file_id"
        " where not versions.is_refused and versions.version_of ="
        " (select version_of from landing.file_versions where file_id = ?) order by versions.file_id desc limit 2",
        [file_id],
    ).fetchall()
    (_, is_balanced, _), (_, was_balanced, was_rejected) = versions
    reasons = {
        "tells nothing new": not fresh,
        f"has {rejected} rejected lines, where that one had {was_rejected}": rejected > was_rejected,
        "does not balance, as that one did": was_balanced is True and is_balanced is False,
    }
    why = next((reason for reason, holds in reasons.items() if holds), None)
    if why is None:
        return None
    return Refusal(
        f"{lines} lines",
        f"{file.name}: leaves out {lines} lines of the version read before and {why}: it may be cut short, so the version before"
        " stands. Send a whole file; if it is whole, withdraw the version before (livret forget) and run again",
    )


def _replaces(con: duckdb.DuckDBPyConnection, file_id: int, lines: int) -> str:
    row = con.execute(
        "select files.name from landing.file_versions as versions inner join landing.files using (file_id)"
        " where versions.version_of = (select version_of from landing.file_versions where file_id = ?)"
        " and versions.file_id < ? and not versions.is_refused order by versions.file_id desc limit 1",
        [file_id, file_id],
    ).fetchone()
    return f"replaces {row[0]}: {lines} of its lines are gone" if row else ""

"""From the inbox to schema `landing`: every row in is accepted, a known duplicate, or a reject with file, line and rule.

Files are merged a handful at a time, each handful in one transaction: a crash at any point loses and doubles nothing, and
running again gives the same warehouse. What was read is remembered by name, digest and settings, so nothing is read twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, auto
from pathlib import Path

import duckdb
import polars as pl

from pipelines.errors import BuildError, ConfigurationError, InvariantError, UnreadableFile
from pipelines.inbox import source_config
from pipelines.inbox.discovery import LINK, NOWHERE, InboxFile, discover, sha256
from pipelines.landing import (
    also_brought,
    backup_listings,
    backup_points,
    file_versions,
    ledgers,
    notices,
    probe_days,
    withdrawal,
)
from pipelines.landing.merging import merge
from pipelines.landing.read_ahead import ahead
from pipelines.landing.tables import SOURCES, TABLES, LandingTable
from pipelines.readers import Batch, Reader, readers, reject, rejected_guards, rejects_frame
from pipelines.readers.validation import are_sound, validated
from pipelines.warehouse import set_aside
from pipelines.warehouse.connections import number

MERGE_ROWS = 1_000_000  # rows gathered before they are merged
MERGE_FILES = 200
HELD_ROWS = 8_000_000  # kept in memory at once: a night of checks; rows of a larger file wait in the database
PORTION_ROWS = 4_000_000  # rows merged at once of those that waited
SMALL_BATCH = (
    50_000  # rows up to which batches are validated together: Pandera costs more by batch than by row
)
_UNUSABLE = "unusable settings"  # in place of all settings: why `source.toml` cannot be used

_CREATE = """
create schema if not exists landing;
create sequence if not exists landing.file_ids;
create table if not exists landing.run (as_of timestamptz not null, run_id varchar not null, started_at timestamptz not null);
create table if not exists landing.files (
    file_id integer primary key, source varchar not null, format varchar not null, name varchar not null, sha256 varchar not null,
    settings_digest varchar not null, size_bytes bigint not null, modified_ns bigint not null,
    rows_in bigint not null, rows_accepted bigint not null, rows_duplicate bigint not null, rows_rejected bigint not null,
    first_event_at timestamptz, last_event_at timestamptz, notes varchar[] not null, run_id varchar not null,
    loaded_at timestamptz not null
);
create table if not exists landing.rejects (
    reject_key varchar primary key, file_id integer not null, source varchar not null, format varchar not null,
    file varchar not null, line bigint not null, rule varchar not null, "column" varchar, value varchar, raw varchar,
    first_seen_at timestamptz not null, run_id varchar not null
);
create table if not exists landing.changes (
    table_name varchar not null, key varchar not null, old_values varchar not null, new_values varchar not null,
    old_file_id integer not null, old_line bigint not null, new_file_id integer not null, new_line bigint not null,
    run_id varchar not null
);
create table if not exists landing.touched_probe_days (probe_key integer not null, day date not null);
"""


@dataclass
class Counts:
    """What became of the rows of one file or source."""

    files: int = 0
    rows_in: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0

    def add(self, other: Counts) -> None:
        self.files += other.files
        self.rows_in += other.rows_in
        self.accepted += other.accepted
        self.duplicate += other.duplicate
        self.rejected += other.rejected


@dataclass(frozen=True)
class _Unread:
    """A file to be looked at: never read under its settings, or changed since.

    known: (file_id, SHA-256) of its newest reading under these settings.
    outdated: file ids of its readings under other settings.
    """

    file: InboxFile
    size_bytes: int
    modified_ns: int
    known: tuple[int, str] | None = None
    outdated: tuple[int, ...] = ()


class _Mark(Enum):
    """Where a file begins and ends; `KNOWN` is a file whose bytes were read before."""

    BEGIN = auto()
    END = auto()
    KNOWN = auto()


@dataclass
class _FileUnderWay:
    file_id: int
    unread: _Unread
    sha256: str
    counts: Counts = field(default_factory=lambda: Counts(files=1))
    notes: list[str] = field(default_factory=list)
    events: list[datetime] = field(default_factory=list)
    is_refused: bool = False  # nothing in it could be read

    @property
    def file(self) -> InboxFile:
        return self.unread.file


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Make schema `landing` where there is none.

    Raises BuildError where another version of livret made it, with other tables or types: what was read then would be
    passed over or misread now, and nothing would tell.
    """
    stands = _shape(con)
    if not stands:
        con.begin()
        _make(con)
        set_aside.create(con)
        con.commit()
        return
    with duckdb.connect() as fresh:
        _make(fresh)
        wanted = _shape(fresh)
    for place, kind in wanted.items():
        if stands.get(place) != kind:
            raise BuildError(
                f"the working database was made by another version of livret: landing.{'.'.join(place)} is"
                f" {stands.get(place, 'missing')}, expected {kind}. Run that version, or move the .work folder beside the"
                " warehouse away and run again with every file in the inbox: all is read anew, and the statements of closed"
                " months are taken back from the published file"
            )
    set_aside.create(con)


def _shape(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """Types of the columns of schema `landing`, by table and column."""
    rows = con.execute(
        "select table_name, column_name, data_type from duckdb_columns()"
        " where schema_name = 'landing' and database_name = current_database()"
    ).fetchall()
    return {(table, column): kind for table, column, kind in rows}


def _make(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(_CREATE)
    for module in (also_brought, file_versions, withdrawal):
        con.execute(module.CREATE)
    for table in TABLES.values():
        columns = ", ".join(f'"{name}" {kind}' for name, kind in table.stored_columns.items())
        con.execute(f"create table if not exists landing.{table.name} ({columns})")
        if table.surrogate:
            names, surrogate, key = table.surrogate
            texts = ", ".join(f"{name} varchar not null" for name in names)
            con.execute(
                f"create table if not exists landing.{surrogate} ({key} integer primary key, {texts})"
            )
    probe_days.create(con)
    backup_points.create(con)
    ledgers.create(con)
    notices.create(con)


def start_run(con: duckdb.DuckDBPyConnection, run_id: str, as_of: str, started_at: str) -> None:
    """Write the one row that tells what is asked: `as_of`, and which run asks (ISO 8601 instants)."""
    con.begin()
    con.execute("delete from landing.run")
    con.execute(
        "insert into landing.run values (?::timestamptz, ?, ?::timestamptz)", [as_of, run_id, started_at]
    )
    con.commit()


class Landing:
    """Merges files of the inbox into landing tables, one source after another."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, inbox: Path, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        self._con = con
        self._inbox = inbox
        self._tell = tell
        self._readers = readers()
        self._withdrawn = withdrawal.standing(con)
        self._start_portion()
        row = con.execute("select run_id, started_at from landing.run").fetchone()
        if row is None:
            raise InvariantError("landing.run is empty: start_run was not called before the inbox was read")
        self._run_id, self._started_at = row

    def _start_portion(self) -> None:
        """Forget what was gathered."""
        self._under_way: list[_FileUnderWay] = []
        self._small: dict[str, list[tuple[_FileUnderWay, Batch]]] = {}
        self._rows: dict[str, list[tuple[int, pl.DataFrame]]] = {}  # (file_id, rows) by table
        self._aside: set[str] = set()  # tables whose rows wait in the database
        self._rejects: list[pl.DataFrame] = []
        self._gathered, self._held = 0, 0

    def ingest(self, source: str) -> Counts:
        """Read what is new of one source. Returns what became of the rows read now."""
        total = self._ingest(list(discover(self._inbox, source)))
        # Once for all files, not once per portion; what a crash leaves unsummarised the next run makes good.
        self._con.begin()
        probe_days.refresh(self._con)
        if source == "backups":
            backup_points.refresh(self._con)
        if source == "history":
            ledgers.refresh(self._con)
        self._con.commit()
        return total

    def refuse_unknown(self) -> Counts:
        """File-level rejects for folders that no reader knows, so that a misspelt folder is told and not passed over."""
        return self._ingest([entry for entry in discover(self._inbox) if entry[2] not in SOURCES])

    def _ingest(self, entries: list[tuple[Path, str, str, str]]) -> Counts:
        total = Counts()
        every = self._unread(entries)
        self._take_back(every)
        ids = self._con.execute("select nextval('landing.file_ids') from range(?)", [len(every)]).fetchall()
        self._file_ids = (file_id for (file_id,) in ids)
        for unread, digest, found in ahead(self._readings(every)):
            if isinstance(found, Batch):
                self._gather(self._under_way[-1], found)
            elif isinstance(found, UnreadableFile):
                self._refuse(self._under_way[-1], found)
            elif found is _Mark.BEGIN:
                self._begin_file(unread, digest)
            elif found is _Mark.KNOWN:
                self._remember(unread)
            elif self._gathered >= MERGE_ROWS or len(self._under_way) >= MERGE_FILES:
                total.add(self._merge())
        if self._under_way:
            total.add(self._merge())
        return total

    def _take_back(self, every: list[_Unread]) -> None:
        """Settings changed: what the same files said under the old ones is taken back before they are read anew.

        A transaction of its own: what a crash leaves unread the next run reads.
        """
        if outdated := [file_id for unread in every for file_id in unread.outdated]:
            self._con.begin()
            withdrawal.take_back(self._con, outdated)
            self._con.commit()

    # ------------------------------------------------------------ one file
    def _unread(self, entries: list[tuple[Path, str, str, str]]) -> list[_Unread]:
        """Which files are new or changed, judged by name, settings, size and time of change; in the order given."""
        found: list[_Unread] = []
        for path, name, source, format_ in entries:
            reader = self._readers.get((source, format_))
            # A file that no reader knew is read anew once one does: its settings then differ.
            no_reader = source_config.SourceConfig({"reader": "none"})
            try:
                config = source_config.load(path, self._inbox, reader.options) if reader else no_reader
            except ConfigurationError as error:  # nothing of such a file is read, and all others are
                config = source_config.SourceConfig({_UNUSABLE: str(error)})
            stat = path.stat()
            file = InboxFile(path, name, source, format_, config)
            found.append(_Unread(file, stat.st_size, stat.st_mtime_ns))
        if not found:
            return []
        found = _ordered(found)
        asked = pl.DataFrame(  # noqa: F841
            {
                "name": [unread.file.name for unread in found],
                "settings_digest": [unread.file.config.digest for unread in found],
                "size_bytes": [unread.size_bytes for unread in found],
                "modified_ns": [unread.modified_ns for unread in found],
            }
        ).with_row_index("place")
        rows = self._con.execute(
            """
            with readings as (select * from landing.files semi join asked using (name)),
            newest as (
                select name, settings_digest, max_by(readings, file_id) as reading
                from readings group by name, settings_digest
            )
            select
                asked.place, newest.reading.file_id, newest.reading.sha256,
                list(readings.file_id order by readings.file_id) filter (readings.file_id is not null)
            from asked
            left join newest using (name, settings_digest)
            left join readings on readings.name = asked.name and readings.settings_digest <> asked.settings_digest
            where newest.reading is null
                or (newest.reading.size_bytes, newest.reading.modified_ns) <> (asked.size_bytes, asked.modified_ns)
            group by all
            order by asked.place
            """
        ).fetchall()
        return [
            replace(
                found[place], known=None if known is None else (known, digest), outdated=tuple(outdated or ())
            )
            for place, known, digest, outdated in rows
        ]

    def _readings(
        self, every: list[_Unread]
    ) -> Iterator[tuple[_Unread, str, Batch | UnreadableFile | _Mark]]:
        """What each file holds, with its SHA-256. Never looks at the database: it runs ahead of the merging."""
        for unread in every:
            digest = sha256(unread.file.path) if unread.file.format != LINK else ""
            if (unread.file.name, digest) in self._withdrawn:
                continue
            if unread.known and unread.known[1] == digest:
                yield unread, digest, _Mark.KNOWN
                continue
            yield unread, digest, _Mark.BEGIN
            try:
                for batch in self._reader(unread.file).read(unread.file):
                    yield unread, digest, batch
            except UnreadableFile as error:
                yield unread, digest, error
            yield unread, digest, _Mark.END

    def _reader(self, file: InboxFile) -> Reader:
        """Raises UnreadableFile where no reader takes such files."""
        if told := file.config.get(_UNUSABLE):
            raise UnreadableFile("unusable_settings", told, told)
        if file.format == LINK:
            told = f"{file.name}: links out of the inbox, and is not followed; copy the file instead"
            raise UnreadableFile("link_out_of_inbox", told, str(file.path.readlink()))
        if file.format == NOWHERE:
            told = f"{file.name}: expected <inbox>/<source>/<format>/...; move it"
            raise UnreadableFile("outside_folders", told, file.name)
        reader = self._readers.get((file.source, file.format))
        if reader is None:
            known = ", ".join(f"{source}/{format_}" for source, format_ in sorted(self._readers))
            told = f"{file.name}: no reader for {file.source}/{file.format}; known are {known}. Move the file"
            raise UnreadableFile("unknown_format", told, f"{file.source}/{file.format}")
        if reader.suffixes and file.suffix not in reader.suffixes:
            told = f"{file.name}: expected a name ending in {', '.join(reader.suffixes)}"
            raise UnreadableFile("unknown_ending", told, file.suffix)
        return reader

    def _remember(self, unread: _Unread) -> None:
        """The bytes are those of the newest reading: only the time of change is new."""
        if unread.known:
            self._con.execute(
                "update landing.files set modified_ns = ? where file_id = ?",
                [unread.modified_ns, unread.known[0]],
            )

    def _begin_file(self, unread: _Unread, digest: str) -> None:
        """The first file of a portion begins its transaction."""
        self._tell(f"reading {unread.file.name}")
        if not self._under_way:
            self._con.begin()
        self._under_way.append(_FileUnderWay(next(self._file_ids), unread, digest))

    def _gather(self, under_way: _FileUnderWay, batch: Batch) -> None:
        under_way.notes.extend(batch.notes)
        self._gathered += batch.rows.height
        if batch.rows.height <= SMALL_BATCH:
            self._small.setdefault(batch.table, []).append((under_way, batch))
        else:
            self._take(under_way, batch, *validated(TABLES[batch.table].model, batch))

    def _take_small(self) -> None:
        """Validate the small batches of each table at once; only where that fails, one by one."""
        for name, batches in self._small.items():
            model = TABLES[name].model
            sound = len(batches) > 1 and are_sound(model, [batch.rows for _, batch in batches])
            for under_way, batch in batches:
                rows, failures = (batch.rows, rejects_frame([])) if sound else validated(model, batch)
                self._take(under_way, batch, rows, failures)

    def _take(
        self, under_way: _FileUnderWay, batch: Batch, rows: pl.DataFrame, failures: pl.DataFrame
    ) -> None:
        rejects = pl.concat([batch.rejects, failures]) if failures.height else batch.rejects
        if rejects.height:
            self._rejects.append(_of_file(under_way.file_id, rejects))
        if rows.height:
            under_way.events += _events(TABLES[batch.table], rows)
            self._rows.setdefault(batch.table, []).append(
                (under_way.file_id, _of_file(under_way.file_id, rows))
            )
            self._held += rows.height
            if self._held >= HELD_ROWS:
                self._set_aside()
        under_way.counts.rows_in += rejects.height + (rows.height if TABLES[batch.table].is_counted else 0)

    def _set_aside(self) -> None:
        """Rows of a file too large for memory wait in the database."""
        for name, frames in self._rows.items():
            rows = pl.concat(frame for _, frame in frames)  # noqa: F841
            if name not in self._aside:
                self._con.execute(f"create or replace temp table aside_{name} as select * from rows limit 0")
                self._aside.add(name)
            self._con.execute(f"insert into aside_{name} by name select * from rows")
        self._rows, self._held = {}, 0

    def _incoming(self) -> Iterator[tuple[LandingTable, pl.DataFrame]]:
        """What was gathered, table by table; what was set aside in portions of whole keys, each in order of file and line."""
        if self._aside:
            self._set_aside()
        for name in self._aside:
            portions = 1 + number(self._con, f"select count(*) from aside_{name}") // PORTION_ROWS
            # The head of a key, so that a listing, a probe or a dossier stays whole.
            key = ", ".join(TABLES[name].key[:2])
            for portion in range(portions):
                rows = self._con.execute(
                    f"select * from aside_{name} where hash({key}) % {portions} = {portion}"
                ).pl()
                if rows.height:
                    yield TABLES[name], rows.sort("file_id", "line")
            self._con.execute(f"drop table aside_{name}")
        for name, frames in self._rows.items():
            if frames:
                yield TABLES[name], pl.concat(frame for _, frame in frames)

    def _refuse(self, under_way: _FileUnderWay, error: UnreadableFile) -> None:
        """The file as a whole is one reject; what was gathered of it goes."""
        for rows in self._rows.values():
            rows[:] = [entry for entry in rows if entry[0] != under_way.file_id]
        for batches in self._small.values():
            batches[:] = [entry for entry in batches if entry[0] is not under_way]
        for name in self._aside:
            self._con.execute(f"delete from aside_{name} where file_id = ?", [under_way.file_id])
        self._rejects = [frame.filter(pl.col("file_id") != under_way.file_id) for frame in self._rejects]
        row = rejects_frame([reject(1, error.rule, error.column, error.value, str(error))])
        self._rejects.append(_of_file(under_way.file_id, row))
        guard = rejected_guards.of_refused(under_way.file, error)
        if guard is not None:
            rows_of_guard = (under_way.file_id, _of_file(under_way.file_id, guard.rows))
            self._rows.setdefault(guard.table, []).append(rows_of_guard)
        under_way.counts = Counts(files=1, rows_in=1)
        under_way.events, under_way.is_refused = [], True
        under_way.notes.append(str(error))

    # ------------------------------------------------------------ merging
    def _merge(self) -> Counts:
        """Merge what was gathered, account for every row, commit."""
        self._take_small()
        under_way = {entry.file_id: entry for entry in self._under_way}
        self._write_files()
        self._write_rejects(under_way)
        for table, rows in self._incoming():
            if table.name == "points":
                backup_listings.refresh(self._con, rows)
            merged = merge(self._con, table, rows, self._run_id)
            if table.name == "checks":
                probe_days.touch(self._con, f"select probe_key, checked_at from {merged.fresh}")
            if table.name == "movements":
                ledgers.touch(self._con, f"select dossier_key from {merged.fresh}")
            if table.is_counted:
                for file_id, accepted in merged.accepted.items():
                    under_way[file_id].counts.accepted += accepted
                for file_id, duplicate in merged.duplicate.items():
                    under_way[file_id].counts.duplicate += duplicate
        self._account(self._under_way)
        self._take_versions()
        self._con.commit()
        total = Counts()
        for entry in self._under_way:
            total.add(entry.counts)
        self._start_portion()
        return total

    def _take_versions(self) -> None:
        """Files of which there is one at a time take the place of their earlier versions, or are refused."""
        readable = [entry for entry in self._under_way if not entry.is_refused]
        later = file_versions.record(self._con, {entry.file_id: entry.file for entry in readable})
        for entry in (entry for entry in readable if entry.file_id in later):
            taken = file_versions.take(self._con, entry.file_id, entry.file, entry.counts.rejected)
            if taken.refused:
                self._refuse_version(entry, taken)
            elif taken.replaces:
                self._tell(
                    f"{entry.file.name}: replaces {taken.replaces}, {taken.left_out} of its lines are gone"
                )

    def _refuse_version(self, entry: _FileUnderWay, taken: file_versions.Taken) -> None:
        """What was merged of the file goes again; the reading stays, as one reject."""
        reading = self._con.execute("from landing.files where file_id = ?", [entry.file_id]).pl()  # noqa: F841
        version = self._con.execute("from landing.file_versions where file_id = ?", [entry.file_id]).pl()  # noqa: F841
        withdrawal.take_back(self._con, [entry.file_id], readmits=False)
        self._con.execute("insert into landing.files by name select * from reading")
        self._con.execute(
            "insert into landing.file_versions by name select * replace (true as is_refused) from version"
        )
        told = (
            f"{entry.file.name}: {taken.refused}; it may be cut short, so nothing of it was taken. Send it whole; if it is"
            f" meant so, withdraw the other (livret forget) and run again"
        )
        row = rejects_frame([reject(1, file_versions.RULE, None, f"{taken.left_out} lines", told)])
        self._rejects = [_of_file(entry.file_id, row)]
        entry.counts, entry.events = Counts(files=1, rows_in=1), []
        entry.notes.append(told)
        self._write_rejects({entry.file_id: entry})
        self._account([entry])

    def _write_files(self) -> None:
        """The files of this portion, not accounted for yet: rows that follow name them."""
        files = pl.DataFrame(  # noqa: F841
            [
                {
                    "file_id": entry.file_id,
                    "source": entry.file.source,
                    "format": entry.file.format,
                    "name": entry.file.name,
                    "sha256": entry.sha256,
                    "settings_digest": entry.file.config.digest,
                    "size_bytes": entry.unread.size_bytes,
                    "modified_ns": entry.unread.modified_ns,
                }
                for entry in self._under_way
            ]
        )
        self._con.execute(
            "insert into landing.files select *, 0, 0, 0, 0, null, null, [], ?, ? from files",
            [self._run_id, self._started_at],
        )

    def _write_rejects(self, under_way: dict[int, _FileUnderWay]) -> None:
        """A row rejected before, in this folder and with the same text, is a known duplicate; versions have their own."""
        if not self._rejects:
            return
        frame = pl.concat(self._rejects)  # noqa: F841
        self._con.execute(
            """
            create or replace temp table incoming_rejects as
            with numbered as (
                select
                    frame.*, files.source, files.format, files.name as file,
                    case
                        when files.file_id in (select unnest(?)) then files.file_id::varchar
                        else regexp_replace(files.name, '[^/]*$', '')
                    end as folder,
                    row_number() over (
                        partition by frame.file_id, frame.rule, frame."column", frame.value, frame.raw order by frame.line
                    ) as occurrence
                from frame
                inner join landing.files on files.file_id = frame.file_id
            ),
            keyed as (
                select *, md5(to_json([folder, rule, "column", value, raw, occurrence::varchar])::varchar) as reject_key
                from numbered
            )
            select *, row_number() over (partition by reject_key order by file_id, line) as copy from keyed
            """,
            [[entry.file_id for entry in under_way.values() if file_versions.identity(entry.file)]],
        )
        fresh = (
            "copy = 1 and not exists"
            " (select 1 from landing.rejects where rejects.reject_key = incoming_rejects.reject_key)"
        )
        counted = self._con.execute(
            f"select file_id, count(*) filter ({fresh}), count(*) filter (not ({fresh})) from incoming_rejects group by file_id"
        ).fetchall()
        for file_id, rejected, duplicate in counted:
            under_way[file_id].counts.rejected += rejected
            under_way[file_id].counts.duplicate += duplicate
        self._con.execute(
            f"""
            insert into landing.rejects
            select reject_key, file_id, source, format, file, line, rule, "column", value, raw, ?, ?
            from incoming_rejects where {fresh}
            """,
            [self._started_at, self._run_id],
        )

        self._con.execute(
            """
            insert into landing.also_brought
            select
                'rejects', incoming.file_id, incoming.line, 0, 1, rejects.file_id, rejects.line, incoming.reject_key
            from incoming_rejects as incoming inner join landing.rejects using (reject_key)
            where incoming.file_id <> rejects.file_id
            """
        )

    def _account(self, entries: list[_FileUnderWay]) -> None:
        """What became of every row, by file; raises InvariantError where the sum is not what came in."""
        for entry in entries:
            counts = entry.counts
            if counts.rows_in != counts.accepted + counts.duplicate + counts.rejected:
                raise InvariantError(
                    f"{entry.file.name}: {counts.rows_in} rows in, but {counts.accepted} accepted + {counts.duplicate} "
                    f"duplicate + {counts.rejected} rejected; nothing of it was kept, report this"
                )
            if not counts.rows_in:
                entry.notes.append("no row was found in it")
        accounts = pl.DataFrame(  # noqa: F841
            [
                {
                    "file_id": entry.file_id,
                    "rows_in": entry.counts.rows_in,
                    "rows_accepted": entry.counts.accepted,
                    "rows_duplicate": entry.counts.duplicate,
                    "rows_rejected": entry.counts.rejected,
                    "first_event_at": min(entry.events, default=None),
                    "last_event_at": max(entry.events, default=None),
                    "notes": entry.notes,
                }
                for entry in entries
            ],
            schema_overrides={
                "first_event_at": pl.Datetime("us", "UTC"),
                "last_event_at": pl.Datetime("us", "UTC"),
                "notes": pl.List(pl.String),
            },
            infer_schema_length=None,
        )
        self._con.execute(
            """
            update landing.files set
                rows_in = accounts.rows_in, rows_accepted = accounts.rows_accepted,
                rows_duplicate = accounts.rows_duplicate, rows_rejected = accounts.rows_rejected,
                first_event_at = accounts.first_event_at, last_event_at = accounts.last_event_at, notes = accounts.notes
            from accounts where accounts.file_id = files.file_id
            """
        )


def _ordered(found: list[_Unread]) -> list[_Unread]:
    """As given, but versions of one file in the order in which they were last changed, where the first of them stands: the last
    one counts."""
    places: dict[str, int] = {}

    def order(place: int, unread: _Unread) -> tuple[int, int, str]:
        identity = file_versions.identity(unread.file)
        if identity is None:
            return place, 0, ""
        return places.setdefault(identity, place), unread.modified_ns, unread.file.name

    keys = [order(place, unread) for place, unread in enumerate(found)]
    return [found[place] for place in sorted(range(len(found)), key=keys.__getitem__)]


def _of_file(file_id: int, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.lit(file_id, dtype=pl.Int32).alias("file_id"))


def _events(table: LandingTable, rows: pl.DataFrame) -> list[datetime]:
    """The first and last event of some rows of a file."""
    if table.event is None:
        return []
    at = rows[table.event].cast(pl.Datetime("us", "UTC"))
    return [event for event in (at.min(), at.max()) if isinstance(event, datetime)]


def rows(con: duckdb.DuckDBPyConnection, name: str) -> int:
    """Rows of one landing table."""
    return number(con, f"select count(*) from landing.{name}")


def described(con: duckdb.DuckDBPyConnection, source: str, name: str) -> dict[str, int | str]:
    """What an operator wants to know of a landing table: rows, rejects, files with digest, first and last event."""
    files = con.execute(
        "select name, left(sha256, 12), first_event_at, last_event_at from landing.files where source = ? order by file_id",
        [source],
    ).fetchall()
    events = [at for _, _, first, last in files for at in (first, last) if at is not None]
    rejected = con.execute("select count(*) from landing.rejects where source = ?", [source]).fetchone()
    found: dict[str, int | str] = {
        "dagster/row_count": rows(con, name),
        "rows_rejected": int(rejected[0]) if rejected else 0,
        "files": len(files),
        "newest_files": "\n".join(f"{digest} {file}" for file, digest, _, _ in files[-20:]),
    }
    if events:
        found |= {"first_event": min(events).isoformat(), "last_event": max(events).isoformat()}
    return found

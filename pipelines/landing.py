"""From the inbox to schema `landing`: every row in is accepted, a known duplicate, or a reject with file, line and rule.

Files are merged a handful at a time, each handful in one transaction: a crash at any point loses and doubles nothing, and
running again gives the same warehouse. What was read is remembered by name, digest and settings, so nothing is read twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pandera.errors
import polars as pl

from pipelines import availability_memory, backup_listings, probe_days, source_config
from pipelines.errors import InvariantError, UnreadableFile
from pipelines.inbox import InboxFile, discover, sha256
from pipelines.landing_tables import SOURCES, TABLES, LandingTable
from pipelines.readers import RAW_CHARACTERS, Batch, Reader, readers, reject, rejects_frame
from pipelines.schemas import LandingModel

MERGE_ROWS = 1_000_000  # rows gathered before they are merged
MERGE_FILES = 200
SMALL_BATCH = (
    50_000  # rows up to which batches are validated together: Pandera costs more by batch than by row
)

_RULES = {
    "not_nullable": "required_value_missing",
    "isin": "not_an_allowed_value",
    "str_length": "empty",
    "greater_than_or_equal_to": "below_minimum",
    "str_matches": "not_of_the_form",
}

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


@dataclass
class _FileUnderWay:
    file_id: int
    file: InboxFile
    sha256: str
    counts: Counts = field(default_factory=lambda: Counts(files=1))
    notes: list[str] = field(default_factory=list)


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Make what is not there yet of schema `landing`."""
    con.execute(_CREATE)
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
    availability_memory.create(con)


def start_run(con: duckdb.DuckDBPyConnection, run_id: str, as_of: str, started_at: str) -> None:
    """Write the one row that tells what is asked: `as_of`, and which run asks (ISO 8601 instants)."""
    con.begin()
    con.execute("delete from landing.run")
    con.execute(
        "insert into landing.run values (?::timestamptz, ?, ?::timestamptz)", [as_of, run_id, started_at]
    )
    con.commit()


class Landing:
    """Merges one source's files into its landing tables."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, inbox: Path, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        self._con = con
        self._inbox = inbox
        self._tell = tell
        self._readers = readers()
        self._under_way: list[_FileUnderWay] = []
        self._rejects: list[pl.DataFrame] = []
        self._small: dict[str, list[tuple[_FileUnderWay, Batch]]] = {}
        self._gathered = 0
        row = con.execute("select run_id, started_at from landing.run").fetchone()
        if row is None:
            raise InvariantError("landing.run is empty: start_run was not called before the inbox was read")
        self._run_id, self._started_at = row

    def ingest(self, source: str) -> Counts:
        """Read what is new of one source. Returns what became of the rows read now."""
        total = Counts()
        self._open_incoming(source)
        for path, name, _, format_ in (entry for entry in discover(self._inbox) if entry[2] == source):
            under_way = self._register(path, name, source, format_)
            if under_way is None:
                continue
            self._read(under_way)
            if self._gathered >= MERGE_ROWS or len(self._under_way) >= MERGE_FILES:
                total.add(self._merge(source))
        if self._under_way:
            total.add(self._merge(source))
        # Once for all files, not once per portion; what a crash leaves unsummarised the next run makes good.
        self._con.begin()
        probe_days.refresh(self._con)
        self._con.commit()
        return total

    def refuse_unknown(self) -> Counts:
        """File-level rejects for folders that no reader knows, so that a misspelt folder is told and not passed over."""
        total = Counts()
        for path, name, source, format_ in discover(self._inbox):
            if source in SOURCES:
                continue
            under_way = self._register(path, name, source, format_)
            if under_way is not None:
                self._read(under_way)
        if self._under_way:
            total.add(self._merge(None))
        return total

    # ------------------------------------------------------------ one file
    def _register(self, path: Path, name: str, source: str, format_: str) -> _FileUnderWay | None:
        """None where this very file was read before under the same settings."""
        reader = self._readers.get((source, format_))
        # A file that no reader knew is read anew once one does: its settings then differ.
        no_reader = source_config.SourceConfig({"reader": "none"})
        config = source_config.load(path, self._inbox, reader.options) if reader else no_reader
        stat = path.stat()
        known = self._con.execute(
            "select file_id, sha256, size_bytes, modified_ns from landing.files"
            " where name = ? and settings_digest = ? order by file_id desc limit 1",
            [name, config.digest],
        ).fetchone()
        if known and (known[2], known[3]) == (stat.st_size, stat.st_mtime_ns):
            return None
        digest = sha256(path)
        if known and known[1] == digest:
            self._con.execute(
                "update landing.files set modified_ns = ? where file_id = ?", [stat.st_mtime_ns, known[0]]
            )
            return None
        if not self._under_way:
            self._con.begin()
        self._withdraw_other_settings(name, source, config.digest)
        file_id = _one(self._con, "select nextval('landing.file_ids')")
        under_way = _FileUnderWay(int(file_id), InboxFile(path, name, source, format_, config), digest)
        self._under_way.append(under_way)
        return under_way

    def _withdraw_other_settings(self, name: str, source: str, settings: str) -> None:
        """Settings changed: what the same file said under the old ones is taken back before it is read anew."""
        old = self._con.execute(
            "select file_id from landing.files where name = ? and settings_digest <> ?", [name, settings]
        ).fetchall()
        if not old:
            return
        for (file_id,) in old:
            for table in TABLES.values():
                if table.source == source:
                    if table.name == "checks":
                        checks = (
                            f"select probe_key, checked_at from landing.checks where file_id = {int(file_id)}"
                        )
                        probe_days.touch(self._con, checks)
                    self._con.execute(f"delete from landing.{table.name} where file_id = ?", [file_id])
            self._con.execute("delete from landing.rejects where file_id = ?", [file_id])
            self._con.execute("delete from landing.files where file_id = ?", [file_id])

    def _read(self, under_way: _FileUnderWay) -> None:
        file = under_way.file
        self._tell(f"reading {file.name}")
        reader = self._readers.get((file.source, file.format))
        try:
            if reader is None:
                raise UnreadableFile("unknown_format", self._unknown(file), f"{file.source}/{file.format}")
            self._check_ending(file, reader)
            for batch in reader.read(file):
                self._gather(under_way, batch)
        except UnreadableFile as error:
            self._refuse(under_way, error)

    def _unknown(self, file: InboxFile) -> str:
        known = ", ".join(f"{source}/{format_}" for source, format_ in sorted(self._readers))
        return f"{file.name}: no reader for {file.source}/{file.format}; known are {known}. Move the file"

    @staticmethod
    def _check_ending(file: InboxFile, reader: Reader) -> None:
        if reader.suffixes and file.suffix not in reader.suffixes:
            endings = ", ".join(reader.suffixes)
            raise UnreadableFile(
                "unknown_ending", f"{file.name}: expected a name ending in {endings}", file.suffix
            )

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
            sound = len(batches) > 1 and _are_sound(model, [batch.rows for _, batch in batches])
            for under_way, batch in batches:
                rows, failures = (batch.rows, rejects_frame([])) if sound else validated(model, batch)
                self._take(under_way, batch, rows, failures)
        self._small = {}

    def _take(
        self, under_way: _FileUnderWay, batch: Batch, rows: pl.DataFrame, failures: pl.DataFrame
    ) -> None:
        table = TABLES[batch.table]
        rejects = pl.concat([batch.rejects, failures])
        if rejects.height:
            self._rejects.append(
                rejects.with_columns(pl.lit(under_way.file_id, dtype=pl.Int32).alias("file_id"))
            )
        if rows.height:
            frame = rows.with_columns(pl.lit(under_way.file_id, dtype=pl.Int32).alias("file_id"))
            names = ", ".join(f'"{name}"' for name in frame.columns)
            self._con.execute(f"insert into incoming_{table.name} ({names}) select {names} from frame")
        under_way.counts.rows_in += rejects.height + (rows.height if table.is_counted else 0)

    def _refuse(self, under_way: _FileUnderWay, error: UnreadableFile) -> None:
        """The file as a whole is one reject; what was gathered of it goes."""
        for table in TABLES.values():
            if table.source == under_way.file.source:
                self._con.execute(f"delete from incoming_{table.name} where file_id = ?", [under_way.file_id])
        self._small = {
            name: [entry for entry in batches if entry[0] is not under_way]
            for name, batches in self._small.items()
        }
        self._rejects = [frame.filter(pl.col("file_id") != under_way.file_id) for frame in self._rejects]
        row = rejects_frame([reject(1, error.rule, error.column, error.value, str(error))])
        self._rejects.append(row.with_columns(pl.lit(under_way.file_id, dtype=pl.Int32).alias("file_id")))
        under_way.counts = Counts(files=1, rows_in=1)
        under_way.notes.append(str(error))

    # ------------------------------------------------------------ merging
    def _open_incoming(self, source: str) -> None:
        for table in TABLES.values():
            if table.source == source:
                columns = ", ".join(f'"{name}" {sql}' for name, sql in _incoming_columns(table).items())
                self._con.execute(f"create or replace temp table incoming_{table.name} ({columns})")

    def _merge(self, source: str | None) -> Counts:
        """Merge what was gathered, account for every row, commit."""
        self._take_small()
        under_way = {entry.file_id: entry for entry in self._under_way}
        self._write_files()
        self._write_rejects(under_way)
        if source == "backups":
            backup_listings.refresh(self._con)
        for table in TABLES.values():
            if table.source == source:
                accepted, duplicate = merge(self._con, table, self._run_id)
                if not table.is_counted:
                    continue
                for counted, kind in ((accepted, "accepted"), (duplicate, "duplicate")):
                    for file_id, rows in counted.items():
                        counts = under_way[file_id].counts
                        setattr(counts, kind, getattr(counts, kind) + rows)
        total = Counts()
        for entry in self._under_way:
            self._account(entry)
            total.add(entry.counts)
        self._con.commit()
        self._under_way, self._rejects, self._gathered = [], [], 0
        return total

    def _write_files(self) -> None:
        for entry in self._under_way:
            stat = entry.file.path.stat()
            self._con.execute(
                "insert into landing.files values (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, null, null, ?, ?, ?)",
                [
                    entry.file_id, entry.file.source, entry.file.format, entry.file.name, entry.sha256,
                    entry.file.config.digest, stat.st_size, stat.st_mtime_ns, entry.notes, self._run_id, self._started_at,
                ],
            )  # fmt: skip

    def _write_rejects(self, under_way: dict[int, _FileUnderWay]) -> None:
        """A row rejected before, in this folder and with the same text, is a known duplicate."""
        if not self._rejects:
            return
        frame = pl.concat(self._rejects)  # noqa: F841
        self._con.execute(
            """
            create or replace temp table incoming_rejects as
            with numbered as (
                select
                    frame.*, files.source, files.format, files.name as file,
                    regexp_replace(files.name, '[^/]*$', '') as folder,
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
            """
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

    def _account(self, entry: _FileUnderWay) -> None:
        counts = entry.counts
        if counts.rows_in != counts.accepted + counts.duplicate + counts.rejected:
            raise InvariantError(
                f"{entry.file.name}: {counts.rows_in} rows in, but {counts.accepted} accepted + {counts.duplicate} "
                f"duplicate + {counts.rejected} rejected; nothing of it was kept, report this"
            )
        events = [
            f'select min("{table.event}")::timestamptz as low, max("{table.event}")::timestamptz as high'
            f" from incoming_{table.name} where file_id = {entry.file_id}"
            for table in TABLES.values()
            if table.event and table.source == entry.file.source
        ]
        first, last = None, None
        if events:
            row = self._con.execute(
                f"select min(low), max(high) from ({' union all '.join(events)})"
            ).fetchone()
            first, last = row if row else (None, None)
        self._con.execute(
            "update landing.files set rows_in = ?, rows_accepted = ?, rows_duplicate = ?, rows_rejected = ?,"
            " first_event_at = ?, last_event_at = ? where file_id = ?",
            [counts.rows_in, counts.accepted, counts.duplicate, counts.rejected, first, last, entry.file_id],
        )


def _are_sound(model: type[LandingModel], frames: list[pl.DataFrame]) -> bool:
    """Whether all rows keep the model."""
    try:
        model.validate(pl.concat(frames), lazy=True)
    except (pandera.errors.SchemaErrors, pl.exceptions.PolarsError):
        return False
    return True


def validated(model: type[LandingModel], batch: Batch) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that keep the model, and one reject for each row that breaks it (its first broken rule)."""
    rows = batch.rows
    if not rows.height:
        return rows, rejects_frame([])
    try:
        model.validate(rows, lazy=True)
        return rows, rejects_frame([])
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    if cases["index"].null_count():
        first = cases.filter(pl.col("index").is_null()).row(0, named=True)
        raise InvariantError(
            f"the reader of {batch.table} gave {first['failure_case']} for {first['column']}: {first['check']}"
        )
    order = {name: position for position, name in enumerate(rows.columns)}
    found: dict[int, dict[str, object]] = {}
    ranked = sorted(
        cases.iter_rows(named=True), key=lambda case: (case["index"], order.get(case["column"], len(order)))
    )
    for case in ranked:
        rule = _RULES.get(case["check"].split("(")[0], case["check"])
        column = case["column"] if case["schema_context"] == "Column" else None
        value = None if rule == "required_value_missing" else case["failure_case"]
        found.setdefault(case["index"], reject(rows["line"][case["index"]], rule, column, value, None))
    texts = batch.raw({int(str(row["line"])) for row in found.values()}) if batch.raw else {}
    rejects = []
    for index, row in found.items():
        text = texts.get(int(str(row["line"])))
        rejects.append({**row, "raw": _row_text(rows, index) if text is None else text})
    kept = rows.filter(~pl.int_range(pl.len()).is_in(list(found)))
    return kept, rejects_frame(rejects)


def _row_text(rows: pl.DataFrame, index: int) -> str:
    return json.dumps(rows.row(index, named=True), ensure_ascii=False, default=str)[:RAW_CHARACTERS]


def merge(
    con: duckdb.DuckDBPyConnection, table: LandingTable, run_id: str
) -> tuple[dict[int, int], dict[int, int]]:
    """Merge `incoming_<table>` into `landing.<table>`. Returns accepted and duplicate rows by file.

    The same key and values: a duplicate. The same key and other values: the row is replaced and `landing.changes` says so,
    whether the other row came now or before.
    """
    name, key = table.name, table.stored_key
    if not _one(con, f"select count(*) from incoming_{name}"):
        return {}, {}
    if table.surrogate:
        _assign_surrogates(con, table)
    _number_and_thin(con, table)
    full_key = (*key, "sequence") if table.sequenced else key
    _tell_changes_within(con, table, full_key, run_id)
    bound = _bound(con, table)
    meets_stored = _one(con, f"select exists (select 1 from landing.{name} as old where {bound})")
    if not meets_stored:  # nothing stored of that time: every row is fresh, as on most nights
        con.execute(
            f"create or replace temp table known_{name} as select file_id, line from merging_{name} limit 0"
        )
    else:
        _tell_known_apart(con, table, full_key, bound, run_id)
    fresh = f"fresh_{name}" if meets_stored else f"merging_{name}"
    columns = ", ".join(f'"{column}"' for column in table.stored_columns)
    order = ", ".join(f'"{column}"' for column in full_key)
    con.execute(f"insert into landing.{name} ({columns}) select {columns} from {fresh} order by {order}")
    if name == "checks":
        probe_days.touch(con, f"select probe_key, checked_at from {fresh}")
    accepted = _by_file(con, f"select file_id, count(*) from {fresh} group by file_id")
    duplicate = _by_file(con, f"select file_id, count(*) from known_{name} group by file_id")
    for file_id, rows in _by_file(
        con, f"select file_id, count(*) from thinned_{name} group by file_id"
    ).items():
        duplicate[file_id] = duplicate.get(file_id, 0) + rows
    return accepted, duplicate


def _tell_changes_within(
    con: duckdb.DuckDBPyConnection, table: LandingTable, full_key: tuple[str, ...], run_id: str
) -> None:
    """Rows that came together with a later one of their key and other values."""
    values = table.values
    con.execute(
        f"""
        insert into landing.changes
        select
            '{table.name}', {_json(full_key, "old")}, {_json(values, "old")}, {_json(values, "new")},
            old.file_id, old.line, new.file_id, new.line, '{run_id}'
        from resolved as old
        inner join resolved as new on {_same(full_key, "old", "new")}
        where new.is_last and not old.is_last and not ({_same(values, "old", "new")})
        """
    )


def _tell_known_apart(
    con: duckdb.DuckDBPyConnection, table: LandingTable, full_key: tuple[str, ...], bound: str, run_id: str
) -> None:
    """`known_<table>`: rows stored before; `fresh_<table>`: the others. What these replace goes, and is written down."""
    name, values = table.name, table.values
    same_values = _same(values, "old", "new")
    con.execute(
        f"""
        create or replace temp table known_{name} as
        select new.file_id, new.line from merging_{name} as new
        where exists (
            select 1 from landing.{name} as old
            where {bound} and {_same(table.stored_key, "old", "new")} and {same_values}
        )
        """
    )
    con.execute(
        f"""
        create or replace temp table fresh_{name} as
        select new.* from merging_{name} as new
        anti join known_{name} as known on known.file_id = new.file_id and known.line = new.line
        """
    )
    con.execute(
        f"""
        insert into landing.changes
        select
            '{name}', {_json(full_key, "old")}, {_json(values, "old")}, {_json(values, "new")},
            old.file_id, old.line, new.file_id, new.line, '{run_id}'
        from fresh_{name} as new
        inner join landing.{name} as old on {bound} and {_same(full_key, "old", "new")}
        """
    )
    con.execute(
        f"delete from landing.{name} as old using fresh_{name} as new where {bound} and {_same(full_key, 'old', 'new')}"
    )


def _assign_surrogates(con: duckdb.DuckDBPyConnection, table: LandingTable) -> None:
    assert table.surrogate is not None
    names, surrogate, key = table.surrogate
    texts = ", ".join(names)
    con.execute(
        f"""
        insert into landing.{surrogate}
        select (select coalesce(max({key}), 0) from landing.{surrogate}) + row_number() over (order by {texts}), {texts}
        from (select distinct {texts} from incoming_{table.name})
        anti join landing.{surrogate} using ({texts})
        """
    )
    con.execute(
        f"""
        update incoming_{table.name} as incoming set {key} = known.{key}
        from landing.{surrogate} as known where {" and ".join(f"known.{name} = incoming.{name}" for name in names)}
        """
    )


def _number_and_thin(con: duckdb.DuckDBPyConnection, table: LandingTable) -> None:
    """`merging_<table>`: one row per key (and sequence); `thinned_<table>`: file and line of the rows that went.

    Only keys that come several times are looked at closely. Within what came together the later file and line win.
    """
    name, key = table.name, table.stored_key
    keys = ", ".join(f'"{column}"' for column in key)
    con.execute(
        f"create or replace temp table twice as select {keys} from incoming_{name} group by all having count(*) > 1"
    )
    columns = ", ".join(f'incoming."{column}"' for column in table.stored_columns if column != "sequence")
    in_twice = f"from incoming_{name} as incoming semi join twice on {_same(key, 'twice', 'incoming')}"
    single = f"from incoming_{name} as incoming anti join twice on {_same(key, 'twice', 'incoming')}"
    if not _one(con, "select count(*) from twice"):
        single, in_twice = (
            f"from incoming_{name} as incoming",
            f"from incoming_{name} as incoming where false",
        )
    values = ", ".join(f'"{column}"' for column in (*key, *table.values))
    numbered = (
        ", row_number() over (partition by file_id, " + keys + " order by line) - 1 as sequence"
        if table.sequenced
        else ""
    )
    last_of = f"{keys}, sequence" if table.sequenced else keys
    con.execute(
        f"""
        create or replace temp table resolved as
        with several as (select {columns} {in_twice}),
        distinct_in_file as (
            select *, row_number() over (partition by file_id, {values} order by line desc) as copy from several
        ),
        kept_in_file as (select *{numbered} from distinct_in_file where copy = 1)
        select *, row_number() over (partition by {last_of} order by file_id desc, line desc) = 1 as is_last from kept_in_file
        """
    )
    sequence = ", 0 as sequence" if table.sequenced else ""
    stored = ", ".join(f'"{column}"' for column in table.stored_columns)
    con.execute(
        f"""
        create or replace temp view merging_{name} as
        select {stored} from (select {columns}{sequence} {single})
        union all
        select {stored} from resolved where is_last
        """
    )
    con.execute(
        f"""
        create or replace temp table thinned_{name} as
        select incoming.file_id, incoming.line {in_twice}
        except all
        select file_id, line from resolved where is_last
        """
    )


def _bound(con: duckdb.DuckDBPyConnection, table: LandingTable) -> str:
    """Compare only with stored rows of the time that the incoming rows touch, where the key holds the time, or of the
    surrogate keys they bear: keys are given in order of arrival, so what is new meets nothing stored."""
    if table.surrogate and table.event not in table.key:
        key = table.surrogate[2]
        row = con.execute(f"select min({key}), max({key}) from merging_{table.name}").fetchone()
        assert row is not None
        return f"old.{key} between {int(row[0])} and {int(row[1])}"
    if table.event is None or table.event not in table.key:
        return "true"
    row = con.execute(
        f'select min("{table.event}"), max("{table.event}") from merging_{table.name}'
    ).fetchone()
    assert row is not None
    return f"old.\"{table.event}\" between '{row[0]}' and '{row[1]}'"


def _incoming_columns(table: LandingTable) -> dict[str, str]:
    columns = {**{name: sql for name, sql in table.stored_columns.items() if name != "sequence"}}
    if table.surrogate:
        columns |= dict.fromkeys(table.surrogate[0], "varchar")
    return columns


def _same(columns: Iterable[str], left: str, right: str) -> str:
    """Null-safe equality of all columns: a key may hold nulls (a dossier without fiscal years has no first day)."""
    return (
        " and ".join(f'{left}."{column}" is not distinct from {right}."{column}"' for column in columns)
        or "true"
    )


def _json(columns: Iterable[str], alias: str) -> str:
    fields = ", ".join(f"'{column}': {alias}.\"{column}\"" for column in columns)
    return f"to_json({{{fields}}})::varchar"


def _by_file(con: duckdb.DuckDBPyConnection, query: str) -> dict[int, int]:
    return dict(con.execute(query).fetchall())


def _one(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def rows(con: duckdb.DuckDBPyConnection, name: str) -> int:
    """Rows of one landing table."""
    return _one(con, f"select count(*) from landing.{name}")


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

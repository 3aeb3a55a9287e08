"""Our own formats: one record per row, in CSV, NDJSON or Parquet, named and typed by the Pandera models.

Fast by default: Polars reads blocks of a file. Where a block is not plain (broken quotes, line breaks within a field, bytes
that are not UTF-8, a row with too many fields) the rest of the file is read record by record, so that only the bad rows are lost.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

import polars as pl
import pyarrow as arrow
from pyarrow import parquet

from pipelines.errors import UnreadableFile
from pipelines.inbox import InboxFile
from pipelines.readers import (
    RAW_CHARACTERS,
    Batch,
    Reader,
    history_canonical,
    reject,
    rejected_guards,
    rejects_frame,
)
from pipelines.readers.values import typed
from pipelines.schemas import (
    LandingModel,
    attestations,
    backups,
    certifications,
    history,
    holds,
    interruptions,
    monitoring,
    registry,
    tickets,
)
from pipelines.source_config import SourceConfig

BLOCK_BYTES = 64 << 20
BLOCK_ROWS = 1_000_000
FIELD_LIMIT = 1 << 20  # characters of one field; a longer one is a broken quote, not a value
LISTED_BYTES = 4  # of one value, in a file that tells texts by their place in a list
LINE = "line"

# (source, format) -> ((beginning of the file name, table, model), ...); an empty beginning takes every file.
_FORMATS: dict[tuple[str, str], tuple[tuple[str, str, type[LandingModel]], ...]] = {
    ("registry", "canonical"): (
        ("environments", "environments", registry.Environments),
        ("dossiers", "dossiers", registry.Dossiers),
    ),
    ("monitoring", "canonical"): (("", "checks", monitoring.Checks),),
    ("monitoring", "outages"): (("", "outages", monitoring.Outages),),
    ("interruptions", "canonical"): (("", "interruptions", interruptions.Interruptions),),
    ("tickets", "canonical"): (
        ("tickets", "tickets", tickets.Tickets),
        ("pauses", "pauses", tickets.Pauses),
        ("criticality_changes", "criticality_changes", tickets.CriticalityChanges),
    ),
    ("certifications", "canonical"): (
        ("assignments", "assignments", certifications.Assignments),
        ("attempts", "attempts", certifications.Attempts),
        ("major_versions", "major_versions", certifications.MajorVersions),
    ),
    ("attestations", "canonical"): (("", "attestations", attestations.Attestations),),
    ("backups", "canonical"): (
        ("points", "points", backups.Points),
        ("jobs", "jobs", backups.Jobs),
        ("restores", "restores", backups.Restores),
        ("listings", "listings", backups.Listings),
        ("integrity_checks", "integrity_checks", backups.IntegrityChecks),
    ),
    ("history", "canonical"): (("", "movements", history.Movements),),
    ("holds", "canonical"): (("", "holds", holds.Holds),),
}
_MADE_HERE = {
    "movements": ("movement_id", "entry_id", "lettering_id", "size_bytes")
}  # columns the file does not give


@dataclass(frozen=True)
class Block:
    """A stretch of records as text columns, with the line of each record; `lost` are records that cannot be split."""

    rows: pl.DataFrame
    lost: list[dict[str, object]]


def read(file: InboxFile) -> Iterator[Batch]:
    """Rows of the table that the file's name tells, block by block."""
    table, model = _table(file)
    columns = model.to_schema().columns
    first = True
    for block in blocks(file):
        notes = _notes(block.rows, columns, table, file.config) if first else ()
        first = False
        batch = _typed_batch(table, columns, block, file, notes)
        if table == "movements":
            yield from history_canonical.with_unreadable(batch, file)
        elif table in rejected_guards.GUARDS:
            yield from rejected_guards.with_rejected(batch, _texts(table, columns, block, file))
        else:
            yield batch


def _texts(table: str, columns: Mapping[str, Any], block: Block, file: InboxFile) -> pl.DataFrame:
    """`line` and the texts that tell whom a row of holds or dossiers concerns, of every row that could be split."""
    texts = [
        typed(raw_column(block.rows, name, columns[name], file.config, file), pl.String(), file.config).values
        for name in rejected_guards.GUARDS[table].scope
    ]
    return pl.DataFrame([block.rows[LINE], *texts])


def _table(file: InboxFile) -> tuple[str, type[LandingModel]]:
    choices = _FORMATS[file.source, file.format]
    for beginning, table, model in choices:
        if file.path.name.startswith(beginning):
            return table, model
    names = ", ".join(f"{beginning}*" for beginning, _, _ in choices)
    raise UnreadableFile(
        "unknown_file_name", f"{file.name}: file names here are {names}; rename it", file.path.name
    )


def blocks(file: InboxFile) -> Iterator[Block]:
    """Records of a CSV, NDJSON or Parquet file as text columns, a column name that stands twice made unique."""
    if file.suffix == ".csv":
        return _csv_blocks(file)
    if file.suffix in (".ndjson", ".jsonl"):
        return _json_blocks(file)
    if file.suffix == ".parquet":
        return _parquet_blocks(file)
    raise UnreadableFile(
        "unknown_ending",
        f"{file.name}: ends in {file.suffix or 'nothing'}, expected .csv, .ndjson, .jsonl or .parquet (.gz, .zst allowed)",
        file.suffix,
    )


# ---------------------------------------------------------------- CSV
def _csv_blocks(file: InboxFile) -> Iterator[Block]:
    with file.open() as stream:
        head = _read_line(stream)
        header = _csv_header(head, file)
        delimiter = _delimiter(header, file)
        names = _header_names(header, delimiter, file)
        _check_header(names, file)
        line, rest = 2, b""
        while True:
            block = stream.read(BLOCK_BYTES)
            data = rest + block
            if not data:
                return
            cut = data.rfind(b"\n") + 1 if block else len(data)
            if cut == 0 and block:
                rest = data
                if len(rest) > 4 * BLOCK_BYTES:
                    raise UnreadableFile("line_too_long", f"{file.name}: line {line} has no end", None)
                continue
            data, rest = data[:cut], data[cut:]
            fast = _fast_csv(data, names, delimiter, line)
            if fast is None:
                yield from _careful_csv(_chained(data + rest, stream), names, delimiter, line)
                return
            yield Block(fast, [])
            line += fast.height


def _read_line(stream: IO[bytes]) -> bytes:
    """The first line; the stream stands behind it. (Compressed streams have no readline of their own.)"""
    found = bytearray()
    while True:
        byte = stream.read(1)
        if not byte or byte == b"\n" or len(found) > FIELD_LIMIT:
            return bytes(found)
        found += byte


def _csv_header(head: bytes, file: InboxFile) -> str:
    try:
        return head.decode("utf-8-sig").rstrip("\r")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            "not_utf8", f"{file.name}: header is not UTF-8 ({error})", repr(head[:80])
        ) from error


def _header_names(header: str, delimiter: str, file: InboxFile) -> list[str]:
    try:
        names = next(csv.reader([header], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise UnreadableFile(
            "broken_header", f"{file.name}: header cannot be read ({error})", header[:80]
        ) from error
    return [name.strip() for name in names]


def _delimiter(header: str, file: InboxFile) -> str:
    declared = file.config.get("delimiter")
    if declared:
        return str(declared)
    return max(",;\t|", key=header.count) if not header.count(",") else ","


def _check_header(names: list[str], file: InboxFile) -> None:
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice and not file.config.get("columns"):
        raise UnreadableFile(
            "column_twice", f"{file.name}: column {twice[0]!r} stands twice", twice[0], twice[0]
        )


def _fast_csv(data: bytes, names: list[str], delimiter: str, line: int) -> pl.DataFrame | None:
    """The block read by Polars, or None where it is not plain enough to number its lines.

    A blank line, which Polars passes over, and a line break within a field leave fewer records than lines.
    """
    if (b'"' in data and data.count(b'"') % 2) or b"\x00" in data:
        return None
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    unique = _unique(names)
    try:
        frame = pl.read_csv(
            io.BytesIO(data),
            has_header=False,
            new_columns=unique,
            schema=dict.fromkeys(unique, pl.String),
            separator=delimiter,
            infer_schema=False,
            truncate_ragged_lines=False,
            raise_if_empty=False,
        )
    except (pl.exceptions.PolarsError, UnicodeDecodeError):
        return None
    if frame.height != lines:
        return None
    return frame.with_columns(pl.int_range(line, line + frame.height, dtype=pl.Int64).alias(LINE))


def _unique(names: list[str]) -> list[str]:
    """Column names made unique: a second `x` becomes `x.2`, a nameless one `column.7`; ours for `line` is kept free."""
    seen: dict[str, int] = {LINE: 1}
    result = []
    for position, given in enumerate(names, 1):
        name = given or f"column.{position}"
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return result


def _chained(data: bytes, stream: IO[bytes]) -> Iterator[str]:
    """Lines of what was read and of what is left, as text; bytes that are not UTF-8 stay visible as surrogates."""
    rest = data
    while True:
        block = stream.read(BLOCK_BYTES)
        rest += block
        cut = rest.rfind(b"\n") + 1 if block else len(rest)
        for piece in rest[:cut].removesuffix(b"\n").split(b"\n") if cut else ():
            yield (piece + b"\n").decode("utf-8", errors="surrogateescape")
        rest = rest[cut:]
        if len(rest) > 4 * BLOCK_BYTES:
            raise UnreadableFile("line_too_long", f"a line of {len(rest)} bytes and more has no end", None)
        if not block:
            return


def _careful_csv(lines: Iterator[str], names: list[str], delimiter: str, line: int) -> Iterator[Block]:
    """Record by record with the standard library: slower, and only the bad records are lost.

    A quote that is never closed would swallow the lines behind it: only the line that opens it is rejected, and what
    follows is read anew.
    """
    unique = _unique(names)
    csv.field_size_limit(FIELD_LIMIT)
    counted = _Counted(lines, line)
    reader = csv.reader(counted, delimiter=delimiter, strict=True)
    records: list[list[str | None]] = []
    numbers: list[int] = []
    lost: list[dict[str, object]] = []
    while True:
        start = counted.next_line
        try:
            fields = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            lost.append(reject(start, "broken_record", None, str(error), _shown(counted.take_first())))
            reader = csv.reader(counted, delimiter=delimiter, strict=True)
            continue
        raw = counted.take()
        if not fields:
            continue
        if any("\ud800" <= character <= "\udfff" for character in raw):
            lost.append(reject(start, "not_utf8", None, None, _shown(raw)))
        elif "\x00" in raw:
            lost.append(reject(start, "nul_character", None, None, _shown(raw)))
        elif len(fields) > len(unique):
            lost.append(reject(start, "too_many_fields", None, len(fields), raw))
        else:
            records.append([*fields, *[None] * (len(unique) - len(fields))])
            numbers.append(start)
        if len(records) + len(lost) >= BLOCK_ROWS // 4:
            yield Block(_text_frame(records, unique, numbers), lost)
            records, numbers, lost = [], [], []
    yield Block(_text_frame(records, unique, numbers), lost)


class _Counted:
    """Lines handed to the csv module, counted, with the text of the record under way."""

    def __init__(self, lines: Iterator[str], first: int) -> None:
        self._lines = lines
        self._again: list[str] = []  # lines to be handed out once more, the next one last
        self.next_line = first
        self._taken: list[str] = []

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> str:
        text = self._again.pop() if self._again else next(self._lines)
        self.next_line += 1
        self._taken.append(text)
        return text

    def take(self) -> str:
        text = "".join(self._taken)[:RAW_CHARACTERS].rstrip("\r\n")
        self._taken = []
        return text

    def take_first(self) -> str:
        """The first line of the record alone; its other lines come again."""
        first, *others = self._taken
        self._again.extend(reversed(others))
        self.next_line -= len(others)
        self._taken = []
        return first[:RAW_CHARACTERS].rstrip("\r\n")


def _shown(raw: str) -> str:
    """Text as a database takes it: bytes that are not UTF-8 and NUL characters spelled out."""
    return raw.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\0")


def _text_frame(records: list[list[str | None]], names: list[str], numbers: list[int]) -> pl.DataFrame:
    frame = pl.DataFrame(records, schema=dict.fromkeys(names, pl.String), orient="row")
    return frame.with_columns(pl.Series(LINE, numbers, dtype=pl.Int64))


# ---------------------------------------------------------------- NDJSON
def _json_blocks(file: InboxFile) -> Iterator[Block]:
    with file.open() as stream:
        lines = enumerate(_chained(b"", stream), 1)
        while chunk := list(islice(lines, BLOCK_ROWS // 4)):
            yield _json_block(chunk)


def _json_block(chunk: list[tuple[int, str]]) -> Block:
    records: list[dict[str, Any]] = []
    numbers: list[int] = []
    lost: list[dict[str, object]] = []
    for number, line in chunk:
        text = line.rstrip("\r\n").removeprefix("\ufeff")
        if not text.strip():
            continue
        try:
            record = json.loads(text)
        except (ValueError, RecursionError) as error:
            lost.append(reject(number, "not_json", None, str(error)[:200], _shown(text[:RAW_CHARACTERS])))
            continue
        if not isinstance(record, dict):
            lost.append(reject(number, "not_a_json_object", None, type(record).__name__, _shown(text)))
            continue
        if "\x00" in text or ("\\u0000" in text and _holds_nul(record)):
            lost.append(reject(number, "nul_character", None, None, _shown(text)))
            continue
        records.append(record)
        numbers.append(number)
    names = [name for name in dict.fromkeys(key for record in records for key in record) if name != LINE]
    columns = {name: [_json_text(record.get(name)) for record in records] for name in names}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    return Block(frame.with_columns(pl.Series(LINE, numbers, dtype=pl.Int64)), lost)


def _holds_nul(found: Any) -> bool:
    """Whether a NUL character stands in any text of a JSON value (JSON can spell it, no text should hold it)."""
    if isinstance(found, dict):
        return any(_holds_nul(key) or _holds_nul(value) for key, value in found.items())
    if isinstance(found, list):
        return any(map(_holds_nul, found))
    return isinstance(found, str) and "\x00" in found


def _json_text(found: Any) -> str | None:
    if found is None:
        return None
    if isinstance(found, str):
        return found.encode("utf-8", "backslashreplace").decode()
    if isinstance(found, bool):
        return "true" if found else "false"
    return json.dumps(found, ensure_ascii=False)


# ---------------------------------------------------------------- Parquet
def _parquet_blocks(file: InboxFile) -> Iterator[Block]:
    try:
        source: Any = str(file.path) if file.compression is None else io.BytesIO(file.read())
        told = parquet.read_metadata(source)
        opened = parquet.ParquetFile(source, metadata=told, read_dictionary=_few_valued(told))
        line = 1
        for batches in _blocks_of(opened.iter_batches(batch_size=BLOCK_ROWS)):
            frame = pl.DataFrame(pl.from_arrow(batches)).rechunk()
            frame = frame.rename({LINE: "line.2"}) if LINE in frame.columns else frame
            numbers = pl.int_range(line, line + frame.height, dtype=pl.Int64).alias(LINE)
            yield _without_nul(frame.with_columns(numbers))
            line += frame.height
    except (arrow.ArrowException, OSError, pl.exceptions.PolarsError) as error:
        raise UnreadableFile(
            "not_parquet", f"{file.name}: not readable as Parquet ({str(error)[:200]})"
        ) from error


def _blocks_of(batches: Iterable[arrow.RecordBatch]) -> Iterator[arrow.Table]:
    """Batches put together: lists of texts end with each row group, and so do they."""
    gathered: list[arrow.RecordBatch] = []
    for batch in batches:
        if sum(map(len, gathered)) + len(batch) > BLOCK_ROWS:
            yield arrow.Table.from_batches(gathered)
            gathered = []
        gathered.append(batch)
    if gathered:
        yield arrow.Table.from_batches(gathered)


def _few_valued(found: parquet.FileMetaData) -> list[str]:
    """Columns of texts that the file tells by their place in a list: so little room has each value in it.

    Read as they are written, they cost a fifth, and the list is all there is to look at.
    """
    groups = [found.row_group(number) for number in range(found.num_row_groups)]
    names = []
    for place in range(found.num_columns):
        chunks = [group.column(place) for group in groups]
        size = sum(chunk.total_uncompressed_size for chunk in chunks)
        if found.schema.column(place).physical_type == "BYTE_ARRAY" and size < LISTED_BYTES * found.num_rows:
            names.append(found.schema.column(place).path)
    return names


def _without_nul(frame: pl.DataFrame) -> Block:
    """Records whose texts hold a NUL character are lost."""
    texts = frame.select(pl.col(pl.String, pl.Categorical)).get_columns()
    whole = frame.with_columns(pl.col(pl.Categorical).cast(pl.String))
    if not any(
        _spells_nul(text.unique().cast(pl.String) if text.dtype == pl.Categorical else text).any()
        for text in texts
    ):
        return Block(whole, [])
    bad = whole.select(pl.any_horizontal(_spells_nul(whole[text.name]) for text in texts)).to_series()
    shown = raw_text(whole, whole.filter(bad)[LINE])
    return Block(
        whole.filter(~bad), [reject(line, "nul_character", None, None, text) for line, text in shown.items()]
    )


def _spells_nul(text: pl.Series) -> pl.Series:
    return text.str.contains("\x00", literal=True).fill_null(False)


# ---------------------------------------------------------------- typing
def _source_column(name: str, config: SourceConfig) -> str:
    return str((config.get("columns") or {}).get(name, name))


def _notes(
    rows: pl.DataFrame, columns: Mapping[str, Any], table: str, config: SourceConfig
) -> tuple[str, ...]:
    known = {_source_column(name, config) for name in columns} | {LINE}
    unknown = [name for name in rows.columns if name not in known]
    return (f"unknown columns, not kept: {', '.join(unknown)}",) if unknown else ()


def _typed_batch(
    table: str, columns: Mapping[str, Any], block: Block, file: InboxFile, notes: tuple[str, ...]
) -> Batch:
    config, rows = file.config, block.rows
    made_here = _MADE_HERE.get(table, ())
    values: list[pl.Series] = [rows[LINE]]
    broken: list[tuple[str, pl.Series, pl.Series]] = []
    for name, column in columns.items():
        if name == LINE or name in made_here:
            continue
        raw = raw_column(rows, name, column, config, file)
        result = typed(raw, column.dtype.type, config)
        values.append(result.values.alias(name))
        if result.broken.null_count() < len(raw):
            broken.append((name, raw, result.broken))
    frame = pl.DataFrame(values)
    if table == "movements":
        frame = history_canonical.complete(frame, rows)
    lost = block.lost + broken_rows(rows, broken)
    if broken:
        bad = pl.Series([row["line"] for row in lost], dtype=pl.Int64)
        frame = frame.filter(~pl.col(LINE).is_in(bad.implode()))
    return Batch(
        table, frame.select(columns.keys()), rejects_frame(lost), lambda wanted: raw_text(rows, wanted), notes
    )


def raw_column(
    rows: pl.DataFrame, name: str, column: Any, config: SourceConfig, file: InboxFile
) -> pl.Series:
    """The file's column, completed by what `source.toml` gives; missing altogether: nulls where they are allowed."""
    found = _source_column(name, config)
    constant = (config.get("defaults") or {}).get(
        name, config.get(name) if name == "environment_id" else None
    )
    if found in rows.columns:
        raw = rows[found]
        if raw.dtype == pl.Null:
            raw = raw.cast(pl.String)
    elif constant is not None or column.nullable or not rows.height:
        raw = pl.Series(name, [None], dtype=pl.String).new_from_index(0, rows.height)
    else:
        has = ", ".join([given for given in rows.columns if given != LINE][:20])
        raise UnreadableFile(
            "missing_column",
            f"{file.name}: no column {found!r}, which is required; the file has {has}. "
            "Add it, or name it under [columns] in source.toml",
            column=name,
        )
    if constant is not None:
        raw = raw.fill_null(pl.lit(constant)) if raw.dtype == pl.String else raw
        raw = (
            raw.to_frame("raw").select(pl.coalesce("raw", pl.lit(str(constant)))).to_series()
            if raw.null_count()
            else raw
        )
    return raw.alias(name)


def broken_rows(
    rows: pl.DataFrame, broken: list[tuple[str, pl.Series, pl.Series]]
) -> list[dict[str, object]]:
    """One reject per row: its first broken value."""
    if not broken:
        return []
    found: dict[int, dict[str, object]] = {}
    for name, raw, rules in broken:
        where = rules.is_not_null().arg_true()
        for index, rule, value in zip(where, rules.gather(where), raw.gather(where), strict=True):
            found.setdefault(index, reject(rows[LINE][index], rule, name, value, None))
    texts = raw_text(rows, {int(str(row["line"])) for row in found.values()})
    return [{**row, "raw": texts.get(int(str(row["line"])))} for _, row in sorted(found.items())]


def raw_text(rows: pl.DataFrame, lines: Iterable[int]) -> Mapping[int, str]:
    """Text of records, written as JSON: what was read, whatever the file's own syntax."""
    wanted = rows.filter(pl.col(LINE).is_in(list(lines)))
    return {
        record.pop(LINE): json.dumps(record, ensure_ascii=False, default=str)[:RAW_CHARACTERS]
        for record in wanted.iter_rows(named=True)
    }


READERS = tuple(
    Reader(
        source,
        format_,
        tuple(table for _, table, _ in choices),
        read,
        suffixes=(".csv", ".ndjson", ".jsonl", ".parquet"),
    )
    for (source, format_), choices in _FORMATS.items()
)

"""CSV: fast by default, Polars reads blocks of a file.

Where a block is not plain (broken quotes, line breaks within a field, bytes that are not UTF-8, a row with too many or too few
fields) the rest of the file is read record by record, so that only the bad rows are lost.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import IO

import polars as pl

from pipelines.errors import UnreadableFile
from pipelines.inbox.discovery import InboxFile
from pipelines.readers import RAW_CHARACTERS, reject
from pipelines.readers.block import (
    BLOCK_BYTES,
    BLOCK_ROWS,
    LINE,
    Block,
    is_storable,
    lines_of,
    shown,
    unique_names,
)
from pipelines.readers.text_stream import text_stream

FIELD_LIMIT = 1 << 20  # characters of one field; a longer one is a broken quote, not a value
_QUOTED = re.compile(rb'"[^"]*"')
_TRAILING = "every row ends with a separator that the header has not; nothing stands behind it"


def csv_blocks(file: InboxFile) -> Iterator[Block]:
    """Blocks of a CSV file, the first one even where no row follows the header; none of an empty file.

    Raises UnreadableFile for a header that cannot be read.
    """
    with text_stream(file) as stream:
        head = _read_line(stream)
        if not head.strip() and not stream.read(1):
            return
        header = _header(head, file)
        delimiter = _delimiter(header, file)
        names = _names(header, delimiter, file)
        _check_names(names, file)
        notes: tuple[str, ...] = ()
        if _has_trailing_separator(file, len(names), delimiter):
            names, notes = [*names, ""], (_TRAILING,)
        yield Block(_frame([], unique_names(names), []), [], notes)
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
            fast = _fast(data, names, delimiter, line)
            if fast is None:
                yield from _careful(lines_of(data + rest, stream), names, delimiter, line)
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


def _header(head: bytes, file: InboxFile) -> str:
    if not head.strip():
        raise UnreadableFile(
            "broken_header", f"{file.name}: its first line is empty; expected the names of the columns"
        )
    try:
        return head.decode("utf-8-sig").rstrip("\r")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            "not_utf8",
            f"{file.name}: header is not UTF-8 ({error}); if it was written otherwise, say so in source.toml:"
            ' encoding = "cp1252"',
            repr(head[:80]),
        ) from error


def _names(header: str, delimiter: str, file: InboxFile) -> list[str]:
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


def _check_names(names: list[str], file: InboxFile) -> None:
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice and not file.config.get("columns"):
        raise UnreadableFile(
            "column_twice", f"{file.name}: column {twice[0]!r} stands twice", twice[0], twice[0]
        )


def _has_trailing_separator(file: InboxFile, columns: int, delimiter: str) -> bool:
    """Whether every row, and not the header, has one empty field more: only then is that no field but a separator too many.

    The first row decides whether the others are looked at.
    """
    with text_stream(file) as stream:
        rows = lines_of(b"", stream)
        next(rows, None)
        is_first = True
        for row in rows:
            text = row.rstrip("\r\n")
            if not text:
                continue
            if not text.endswith(delimiter):
                return False
            if is_first and len(next(csv.reader([text], delimiter=delimiter), [])) != columns + 1:
                return False
            is_first = False
        return not is_first


def _fast(data: bytes, names: list[str], delimiter: str, line: int) -> pl.DataFrame | None:
    """The block read by Polars, or None where it is not plain enough to number its lines.

    A blank line, which Polars passes over, and a line break within a field leave fewer records than lines. A row that is
    cut short, which Polars fills up, leaves fewer separators than full rows have; one too many is an error of Polars'.
    """
    if (b'"' in data and data.count(b'"') % 2) or b"\x00" in data:
        return None
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    if _separators(data, delimiter) != lines * (len(names) - 1):
        return None
    unique = unique_names(names)
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


def _separators(data: bytes, delimiter: str) -> int:
    """How many separators stand outside quotes."""
    plain = _QUOTED.sub(b"", data) if b'"' in data else data
    return plain.count(delimiter.encode())


def _careful(lines: Iterator[str], names: list[str], delimiter: str, line: int) -> Iterator[Block]:
    """Record by record with the standard library: slower, and only the bad records are lost.

    A quote that is never closed would swallow the lines behind it: only the line that opens it is rejected, and what
    follows is read anew.
    """
    unique = unique_names(names)
    csv.field_size_limit(FIELD_LIMIT)
    counted = _Counted(lines, line)
    reader = csv.reader(counted, delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    numbers: list[int] = []
    lost: list[dict[str, object]] = []
    while True:
        start = counted.next_line
        try:
            fields = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            lost.append(reject(start, "broken_record", None, str(error), shown(counted.take_first())))
            reader = csv.reader(counted, delimiter=delimiter, strict=True)
            continue
        raw = counted.take()
        if not fields:
            continue
        if not is_storable(raw):
            lost.append(reject(start, "not_utf8", None, None, shown(raw)))
        elif "\x00" in raw:
            lost.append(reject(start, "nul_character", None, None, shown(raw)))
        elif len(fields) != len(unique):
            rule = "too_many_fields" if len(fields) > len(unique) else "too_few_fields"
            lost.append(reject(start, rule, None, f"{len(fields)} of {len(unique)}", raw))
        else:
            records.append(fields)
            numbers.append(start)
        if len(records) + len(lost) >= BLOCK_ROWS // 4:
            yield Block(_frame(records, unique, numbers), lost)
            records, numbers, lost = [], [], []
    yield Block(_frame(records, unique, numbers), lost)


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


def _frame(records: list[list[str]], names: list[str], numbers: list[int]) -> pl.DataFrame:
    frame = pl.DataFrame(records, schema=dict.fromkeys(names, pl.String), orient="row")
    return frame.with_columns(pl.Series(LINE, numbers, dtype=pl.Int64))

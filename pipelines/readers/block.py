"""Records as text columns: what the syntaxes of CSV, NDJSON and Parquet become before anything is typed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

import polars as pl

from pipelines.errors import UnreadableFile
from pipelines.readers import RAW_CHARACTERS

BLOCK_BYTES = 64 << 20
BLOCK_ROWS = 1_000_000
LINE = "line"


@dataclass(frozen=True)
class Block:
    """A stretch of records as text columns, with the line of each record; `lost` are records that cannot be split."""

    rows: pl.DataFrame
    lost: list[dict[str, object]]
    notes: tuple[str, ...] = ()


def unique_names(names: list[str]) -> list[str]:
    """Column names made unique: a second `x` becomes `x.2`, a nameless one `column.7`; ours for `line` is kept free."""
    seen: dict[str, int] = {LINE: 1}
    result = []
    for position, given in enumerate(names, 1):
        name = given or f"column.{position}"
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return result


def lines_of(data: bytes, stream: IO[bytes]) -> Iterator[str]:
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


def is_storable(text: str) -> bool:
    """Whether a text is UTF-8: half of a surrogate pair is what bytes that are not become, and what JSON can spell."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def shown(raw: str) -> str:
    """Text as a database takes it: bytes that are not UTF-8 and NUL characters spelled out."""
    return raw.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\0")


def raw_text(rows: pl.DataFrame, lines: Iterable[int]) -> Mapping[int, str]:
    """Text of records, written as JSON: what was read, whatever the file's own syntax."""
    wanted = rows.filter(pl.col(LINE).is_in(list(lines)))
    return {
        record.pop(LINE): json.dumps(record, ensure_ascii=False, default=str)[:RAW_CHARACTERS]
        for record in wanted.iter_rows(named=True)
    }

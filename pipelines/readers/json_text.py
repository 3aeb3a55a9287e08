"""NDJSON: one JSON object a line; a line that is none is lost alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import polars as pl

from pipelines.inbox.discovery import InboxFile
from pipelines.readers import RAW_CHARACTERS, reject
from pipelines.readers.block import BLOCK_ROWS, LINE, Block, is_storable, lines_of, shown
from pipelines.readers.text_stream import text_stream


def json_blocks(file: InboxFile) -> Iterator[Block]:
    """Blocks of an NDJSON file; what is nested stays JSON text."""
    with text_stream(file) as stream:
        lines = enumerate(lines_of(b"", stream), 1)
        while chunk := list(islice(lines, BLOCK_ROWS // 4)):
            yield _block(chunk)


def _block(chunk: list[tuple[int, str]]) -> Block:
    records: list[dict[str, Any]] = []
    numbers: list[int] = []
    lost: list[dict[str, object]] = []
    for number, line in chunk:
        text = line.rstrip("\r\n").removeprefix("\ufeff")
        if not text.strip():
            continue
        if not is_storable(text):
            lost.append(reject(number, "not_utf8", None, None, shown(text)))
            continue
        try:
            record = json.loads(text)
        except (ValueError, RecursionError) as error:
            lost.append(reject(number, "not_json", None, str(error)[:200], shown(text[:RAW_CHARACTERS])))
            continue
        if not isinstance(record, dict):
            lost.append(reject(number, "not_a_json_object", None, type(record).__name__, shown(text)))
        elif rule := _fault(text, record):
            lost.append(reject(number, rule, None, None, shown(text)))
        else:
            records.append(record)
            numbers.append(number)
    names = [name for name in dict.fromkeys(key for record in records for key in record) if name != LINE]
    columns = {name: [_text(record.get(name)) for record in records] for name in names}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    return Block(frame.with_columns(pl.Series(LINE, numbers, dtype=pl.Int64)), lost)


def _fault(text: str, record: dict[str, Any]) -> str | None:
    """The rule that a line breaks by a character no database takes, as it stands or as JSON spells it."""
    if "\x00" in text:
        return "nul_character"
    if "\\u" in text:
        texts = list(_texts(record))
        if not all(map(is_storable, texts)):
            return "not_utf8"
        if any("\x00" in found for found in texts):
            return "nul_character"
    return None


def _texts(found: Any) -> Iterator[str]:
    """Every text within a JSON value, names of fields included."""
    if isinstance(found, dict):
        for key, value in found.items():
            yield key
            yield from _texts(value)
    elif isinstance(found, list):
        for value in found:
            yield from _texts(value)
    elif isinstance(found, str):
        yield found


def _text(found: Any) -> str | None:
    if found is None or isinstance(found, str):
        return found
    if isinstance(found, bool):
        return "true" if found else "false"
    return json.dumps(found, ensure_ascii=False)

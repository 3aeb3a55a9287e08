"""Readers: the bytes of one external format become typed rows. One module per format; none knows the contract.

A reader is a function `read(file) -> Iterator[Batch]`. It never raises for a bad row: the row goes to `rejects`. It raises
UnreadableFile only when nothing in the file can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from pipelines.inbox.discovery import InboxFile

REJECT_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "line": pl.Int64,
    "rule": pl.String,
    "column": pl.String,
    "value": pl.String,
    "raw": pl.String,
}
RAW_CHARACTERS = 2_000  # of a rejected row's text that are kept


_NO_REJECTS = pl.DataFrame(schema=REJECT_SCHEMA)


@dataclass(frozen=True)
class Batch:
    """Rows of one landing table out of one file.

    rows: typed columns of the table's Pandera model, `line` included; not validated yet.
    rejects: rows that could not be typed, columns of REJECT_SCHEMA; one row per rejected row.
    raw: gives the text of lines for rows that validation rejects later (line -> text).
    notes: what should be told once per file (unknown columns, key chosen), never an error.
    """

    table: str
    rows: pl.DataFrame
    rejects: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REJECT_SCHEMA))
    raw: Callable[[set[int]], Mapping[int, str]] | None = None
    notes: tuple[str, ...] = ()


Read = Callable[[InboxFile], Iterator[Batch]]


@dataclass(frozen=True)
class ValueFound:
    """A value that a mapping of `source.toml` reads: how often it stands in `column`, and as what (None: unmapped)."""

    column: str
    value: str
    read_as: str | None
    count: int


@dataclass(frozen=True)
class Reader:
    """A format: what it may hold, how it is read and which keys of `source.toml` it knows."""

    source: str
    format: str
    tables: tuple[str, ...]
    read: Read
    options: Mapping[str, type | tuple[type, ...]] = field(default_factory=dict)
    suffixes: tuple[str, ...] = ()  # endings of plain files; empty: any
    values_found: Callable[[InboxFile], Sequence[ValueFound]] | None = None  # for formats that map values


def reject(line: int, rule: str, column: str | None, value: object, raw: str | None) -> dict[str, object]:
    """One row of REJECT_SCHEMA."""
    return {
        "line": line,
        "rule": rule,
        "column": column,
        "value": None if value is None else str(value)[:RAW_CHARACTERS],
        "raw": None if raw is None else raw[:RAW_CHARACTERS],
    }


def rejects_frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=REJECT_SCHEMA) if rows else _NO_REJECTS


@cache
def readers() -> dict[tuple[str, str], Reader]:
    """All known formats by (source, format)."""
    from pipelines.readers import (
        backups_barman,
        backups_borg,
        backups_checks,
        backups_jobs,
        backups_pgbackrest,
        backups_restic,
        canonical,
        history_certificates,
        history_fec,
        monitoring_upptime,
        tickets_event_log,
    )

    every: list[Reader] = [
        *canonical.READERS,
        monitoring_upptime.READER,
        tickets_event_log.READER,
        backups_restic.READER,
        backups_borg.READER,
        backups_pgbackrest.READER,
        backups_barman.READER,
        backups_jobs.READER,
        backups_checks.READER,
        history_fec.READER,
        history_certificates.READER,
    ]
    return {(reader.source, reader.format): reader for reader in every}

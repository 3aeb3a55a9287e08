"""Our own formats: one record per row, in CSV, NDJSON or Parquet, named and typed by the Pandera models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from pipelines.errors import UnreadableFile
from pipelines.inbox.discovery import InboxFile
from pipelines.inbox.source_config import SourceConfig
from pipelines.readers import Batch, Reader, history_canonical, rejected_guards, rejects_frame
from pipelines.readers.block import LINE, Block, raw_text
from pipelines.readers.tabular import (
    SUFFIXES,
    blocks,
    broken_rows,
    environment_ids,
    raw_column,
    source_column,
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
    "movements": ("movement_id", "entry_id", "lettering_id", "is_unclear", "size_bytes")
}  # columns the file does not give


def read(file: InboxFile) -> Iterator[Batch]:
    """Rows of the table that the file's name tells, block by block."""
    table, model = _table(file)
    columns = model.to_schema().columns
    if table in rejected_guards.GUARDS:
        rejected_guards.refuse_empty(file)
    first = True
    for block in blocks(file):
        notes = (*block.notes, *(_notes(block.rows, columns, table, file.config) if first else ()))
        first = False
        batch = _typed_batch(table, columns, block, file, notes)
        if table == "movements":
            yield from history_canonical.with_unreadable(batch, file)
        elif table in rejected_guards.GUARDS:
            yield from rejected_guards.with_rejected(batch, _texts(table, columns, block, file))
        else:
            yield batch


def _texts(table: str, columns: Mapping[str, Any], block: Block, file: InboxFile) -> pl.DataFrame:
    """The texts that tell whom a row of holds or dossiers concerns, of every row that could be split (see `with_rejected`)."""
    texts = [
        typed(raw_column(block.rows, name, columns[name], file.config, file), pl.String(), file.config).values
        for name in rejected_guards.GUARDS[table].scope
    ]
    known = {source_column(name, file.config) for name in columns} | {LINE}
    return pl.DataFrame([block.rows[LINE], *texts]).with_columns(
        rejected_guards.blank(block.rows.drop(LINE)),
        rejected_guards.day_in_unknown_column(block.rows.drop(known, strict=False)),
    )


def _table(file: InboxFile) -> tuple[str, type[LandingModel]]:
    choices = _FORMATS[file.source, file.format]
    for beginning, table, model in choices:
        if file.path.name.startswith(beginning):
            return table, model
    names = ", ".join(f"{beginning}*" for beginning, _, _ in choices)
    raise UnreadableFile(
        "unknown_file_name", f"{file.name}: file names here are {names}; rename it", file.path.name
    )


def _notes(
    rows: pl.DataFrame, columns: Mapping[str, Any], table: str, config: SourceConfig
) -> tuple[str, ...]:
    known = {source_column(name, config) for name in columns} | {LINE}
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
        is_mapped = name == "environment_id" and config.get("environments")
        result = environment_ids(raw, file) if is_mapped else typed(raw, column.dtype.type, config)
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


READERS = tuple(
    Reader(
        source,
        format_,
        tuple(table for _, table, _ in choices),
        read,
        suffixes=SUFFIXES,
    )
    for (source, format_), choices in _FORMATS.items()
)

"""`livret check`: the inbox read into a database of its own and forgotten; only what would become of it is told."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines import landing, tables, warehouse
from pipelines.errors import ConfigurationError, UnreadableFile
from pipelines.landing_tables import SOURCES
from pipelines.readers import readers

REJECTS_SHOWN = 50


def of(inbox: Path, now: datetime) -> dict[str, Any]:
    """files: one entry per file with its counts and notes; rejects: counted by rule, and the first of them in full."""
    with (
        tempfile.TemporaryDirectory(prefix="livret-check.") as folder,
        warehouse.writer(Path(folder) / "check.duckdb") as con,
    ):
        landing.create(con)
        landing.start_run(con, "check", now.isoformat(), now.isoformat())
        engine = landing.Landing(con, inbox)
        for source in SOURCES:
            engine.ingest(source)
        engine.refuse_unknown()
        return {
            "inbox": str(inbox),
            "files": tables.records(
                con,
                "select name, rows_in, rows_accepted, rows_duplicate, rows_rejected, notes from landing.files order by name",
            ),
            "rules": tables.records(
                con,
                'select source, format, rule, "column", count(*) as rows, min(file) as first_file,'
                " min_by(line, file) as first_line from landing.rejects group by all order by all",
            ),
            "rejects": tables.records(
                con,
                'select file, line, rule, "column", value, raw from landing.rejects order by file, line limit '
                f"{REJECTS_SHOWN}",
            ),
            "values": _values(inbox),
        }


def _values(inbox: Path) -> list[dict[str, Any]]:
    """Values that a mapping in `source.toml` must know, with their counts, for the formats that have one."""
    from pipelines.inbox import InboxFile, discover
    from pipelines.source_config import load

    found: list[dict[str, Any]] = []
    for path, name, source, format_ in discover(inbox):
        reader = readers().get((source, format_))
        if reader is None or reader.values_found is None:
            continue
        with suppress(UnreadableFile, ConfigurationError):  # told among the rejects already
            file = InboxFile(path, name, source, format_, load(path, inbox, reader.options))
            found += [{"file": name, **asdict(value)} for value in reader.values_found(file)]
    return found


def table(found: dict[str, Any]) -> str:
    """The answer as a person reads it."""
    parts = [
        tables.text(found["files"], ["name", "rows_in", "rows_accepted", "rows_duplicate", "rows_rejected"])
    ]
    parts += [f"  {file['name']}: {note}" for file in found["files"] for note in file["notes"]]
    if found["rules"]:
        parts += ["", "Rejected, by rule", tables.text(found["rules"])]
        parts += [
            "",
            "First rejected rows",
            tables.text(found["rejects"], ["file", "line", "rule", "column", "value"]),
        ]
    if found["values"]:
        parts += ["", "Values that source.toml maps", tables.text(found["values"])]
    return "\n".join(parts)

"""`livret check`: the inbox read into a database of its own and forgotten; only what would become of it is told."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.contract import booklet
from pipelines.errors import ConfigurationError, UnreadableFile
from pipelines.landing import ingestion, notices
from pipelines.landing.tables import SOURCES
from pipelines.readers import readers
from pipelines.reports import notice_text, reject_advice, text_tables
from pipelines.warehouse import connections

_RULES = """
with first as (
    select source, format, rule, "column", count(*) as rows, count(distinct file) as files,
        arg_min((file, line, value), (file, line)) as row
    from landing.rejects group by all
)
select source, format, rule, "column", rows, files, row[1] as first_file, row[2] as first_line, row[3] as first_value
from first order by all
"""
_REJECTS = 'select file, line, rule, "column", value, raw from landing.rejects order by file, line'
_FILES = "select name, rows_in, rows_accepted, rows_duplicate, rows_rejected, notes from landing.files order by name"


def of(inbox: Path, folder: Path, now: datetime) -> dict[str, Any]:
    """What would become of an inbox under the contract in `folder`, asked at `now`.

    files: one entry per file with its counts and notes; rules: one per rule broken, with its first row, the words allowed and
    what to do; rejects: all of them; values: what source.toml must map; notices: see notices.py.
    """
    terms = booklet.load(folder)
    with (
        tempfile.TemporaryDirectory(prefix="livret-check.") as place,
        connections.writer(Path(place) / "check.duckdb") as con,
    ):
        ingestion.create(con)
        ingestion.start_run(con, "check", now.isoformat(), now.isoformat())
        booklet.write(con, terms)
        engine = ingestion.Landing(con, inbox)
        for source in SOURCES:
            engine.ingest(source)
        engine.refuse_unknown()
        notices.gather(con)
        return {
            "inbox": str(inbox),
            "files": connections.records(con, _FILES),
            "rules": [_explained(rule) for rule in connections.records(con, _RULES)],
            "rejects": connections.records(con, _REJECTS),
            "values": _values(inbox),
            "notices": notice_text.read(con, "landing.notices"),
        }


def _explained(rule: dict[str, Any]) -> dict[str, Any]:
    is_word = rule["rule"] == "not_an_allowed_value"
    words = reject_advice.allowed_words(rule["source"], rule["first_file"], rule["column"]) if is_word else ()
    return {
        **rule,
        "allowed": list(words),
        "nearest": reject_advice.nearest(rule["first_value"], words),
        "advice": reject_advice.advice(rule["rule"]),
    }


def _values(inbox: Path) -> list[dict[str, Any]]:
    """Values that a mapping in `source.toml` must know, with their counts, for the formats that have one."""
    from pipelines.inbox.discovery import InboxFile, discover
    from pipelines.inbox.source_config import load

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
        text_tables.text(
            found["files"], ["name", "rows_in", "rows_accepted", "rows_duplicate", "rows_rejected"]
        )
    ]
    parts += [f"  {file['name']}: {note}" for file in found["files"] for note in file["notes"]]
    if found["rules"]:
        parts += ["", "Rejected, by rule, with the first row of each"]
        parts += [text_tables.text([_shown(rule) for rule in found["rules"]])]
        parts += [text_tables.printable(line) for rule in found["rules"] for line in _told(rule)]
        if (more := len(found["rejects"]) - len(found["rules"])) > 0:
            parts.append(f"and {more} more rejected rows: livret check --json")
    if found["values"]:
        parts += ["", "Values that source.toml maps", text_tables.text(found["values"])]
    if told := notice_text.text(found["notices"]):
        parts.append(told)
    return "\n".join(parts)


def _shown(rule: dict[str, Any]) -> dict[str, Any]:
    return {
        "rule": rule["rule"],
        "column": rule["column"],
        "rows": rule["rows"],
        "files": rule["files"],
        "first file": rule["first_file"],
        "line": rule["first_line"],
        "value": rule["first_value"],
    }


def _told(rule: dict[str, Any]) -> Iterator[str]:
    """What to do about a rule, under the table."""
    where = f"{rule['source']}/{rule['format']} {rule['rule']}" + (
        f" of {rule['column']}" if rule["column"] else ""
    )
    yield f"  {where}: {rule['advice']}"
    if rule["allowed"]:
        guess = f"; nearest to {rule['first_value']!r} is {rule['nearest']}" if rule["nearest"] else ""
        yield f"    allowed: {', '.join(rule['allowed'])}{guess}"

"""Job log: one JSON line per attempted backup, the tool's own summary and exit status inside.

Keys: tool, op, env, site, started_local (or started_at), finished_local (or finished_at), exit_code, stderr,
summary; `columns` of source.toml renames them. `[repositories]` tells which repository a tool writes to at a
site ("restic/site-a" = "restic-site-a", {environment} allowed in the value); without it the site itself is
the repository.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import polars as pl

from pipelines.errors import ConfigurationError, UnreadableFile
from pipelines.inbox.discovery import InboxFile
from pipelines.inbox.source_config import SourceConfig
from pipelines.readers import Batch, Reader, reject, rejects_frame
from pipelines.readers.backups_common import (
    BadRow,
    Owners,
    Point,
    instant_of,
    raw_text,
    read_bytes,
    text_of,
)
from pipelines.readers.values import UTC_INSTANT

JOB_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "line": pl.Int64,
    "repository_id": pl.String,
    "environment_id": pl.String,
    "content": pl.String,
    "job_id": pl.String,
    "started_at": UTC_INSTANT,
    "finished_at": UTC_INSTANT,
    "status": pl.String,
    "point_id": pl.String,
    "message": pl.String,
}
# Exit status with which a tool ends a run that wrote a point but could not read every file; 0 is success, all
# else failure.
_PARTIAL = {"restic": {3}, "borg": {1, *range(100, 128)}}
_ANY_TOOL = {3}
_LONGEST = 10**9  # seconds of a run; beyond is no duration


def read(file: InboxFile) -> Iterator[Batch]:
    """Jobs, one per line."""
    Owners(file.config).check()
    _check_repositories(file.config)
    rows: list[dict[str, object]] = []
    rejects: list[dict[str, object]] = []
    lines: dict[int, str] = {}
    seen = False
    for line, data in enumerate(read_bytes(file).split(b"\n"), start=1):
        if not data.strip():
            continue
        raw = data.decode("utf-8", "replace")
        lines[line] = raw
        try:
            record = _record(data)
            seen = True
            rows.append({"line": line, **_job(record, file.config)})
        except BadRow as bad:
            rejects.append(reject(line, bad.rule, bad.column, bad.value, raw))
    if lines and not seen:
        raise UnreadableFile(
            "not_json", f"{file.name}: no line of it is a JSON object", next(iter(lines.values()))[:200]
        )
    yield Batch(
        "jobs",
        pl.DataFrame(rows, schema=JOB_SCHEMA),
        rejects_frame(rejects),
        raw=lambda wanted: {line: lines[line] for line in wanted if line in lines},
    )


def _check_repositories(config: SourceConfig) -> None:
    for name, repository in config.get("repositories", {}).items():
        if not isinstance(repository, str) or not repository:
            raise ConfigurationError(
                f"{config.where('repositories')}: [repositories] {name!r} = {repository!r}, expected a "
                f"repository_id"
            )


def _record(data: bytes) -> Mapping[str, Any]:
    try:
        record = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadRow("not_json", None, str(error)) from error
    if not isinstance(record, dict):
        raise BadRow("not_a_record", None, raw_text(record))
    return record


def _job(record: Mapping[str, Any], config: SourceConfig) -> dict[str, object]:
    names = config.get("columns", {})
    record = {key: record.get(names.get(key, key)) for key in (*_KEYS,)}
    tool, site = text_of(record, "tool", required=True), text_of(record, "site", required=True)
    assert tool is not None and site is not None
    operation = text_of(record, "op") or "backup"
    environment = _environment(record, config)
    start_key = "started_at" if record["started_at"] is not None else "started_local"
    started_at = instant_of(record, start_key, config, required=True)
    assert started_at is not None
    summary = record["summary"] if isinstance(record["summary"], dict) else {}
    end_key = "finished_at" if record["finished_at"] is not None else "finished_local"
    finished_at = instant_of(record, end_key, config)
    duration = summary.get("total_duration")
    if finished_at is None and isinstance(duration, int | float) and not isinstance(duration, bool):
        if not 0 <= duration < _LONGEST:
            raise BadRow("not_a_number", "total_duration", raw_text(duration))
        finished_at = started_at + timedelta(seconds=duration)
    stderr = record["stderr"]
    point = text_of(summary, "snapshot_id") or text_of(record, "point_id")
    return {
        "repository_id": _repository(tool, site, environment, config),
        "environment_id": environment,
        "content": Owners(config).content(Point(0, record, "", started_at, name=text_of(record, "env"))),
        "job_id": f"{tool}/{operation}/{environment}/{site}/{started_at:%Y-%m-%dT%H:%M:%S.%fZ}",
        "started_at": started_at,
        "finished_at": finished_at,
        "status": _status(record, tool),
        "point_id": point,
        "message": _message(stderr),
    }


_KEYS = (
    "tool",
    "op",
    "env",
    "site",
    "started_at",
    "started_local",
    "finished_at",
    "finished_local",
    "exit_code",
    "stderr",
    "summary",
    "point_id",
)


def _environment(record: Mapping[str, Any], config: SourceConfig) -> str:
    if (declared := config.get("environment_id")) is not None:
        return str(declared)
    name = text_of(record, "env", required=True)
    assert name is not None
    return str(config.get("environments", {}).get(name, name))


def _repository(tool: str, site: str, environment: str, config: SourceConfig) -> str:
    table = config.get("repositories", {})
    for key in (f"{tool}/{site}", site):
        if key in table:
            return str(table[key]).replace("{environment}", environment)
    if table:
        raise BadRow("repository_not_declared", "site", f"{tool}/{site}")
    return site


def _status(record: Mapping[str, Any], tool: str) -> str:
    code = record["exit_code"]
    if isinstance(code, bool) or not isinstance(code, int):
        raise BadRow("missing_value" if code is None else "not_a_number", "exit_code", raw_text(code))
    if code == 0:
        return "success"
    return "partial" if code in _PARTIAL.get(tool, _ANY_TOOL) else "failed"


def _message(stderr: object) -> str | None:
    if not isinstance(stderr, str) or not stderr.strip():
        return None
    return stderr.strip().replace("\0", " ").encode("utf-8", "replace").decode("utf-8")[:2_000]


READER = Reader(
    "backups",
    "jobs",
    ("jobs",),
    read,
    {
        "repositories": dict,
        "content": str,
        "documents": list,
        "environment_name": str,
        "environment_path": str,
        "environment_host": str,
    },
)

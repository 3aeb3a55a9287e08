"""What integrity checks and restore tests print, exit status included: one proof per file.

Known words: `restic check`, `borg check`, `pgbackrest verify` and `restic restore`. A wrapper that adds
`exit=N` (and for a comparison with the source `diff_exit=N`) makes the result certain; without it only the
tool's own last words count, and a text that says neither is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import polars as pl

from pipelines.errors import UnreadableFile
from pipelines.inbox.discovery import InboxFile
from pipelines.readers import Batch, Reader
from pipelines.readers.backups_common import (
    OPTIONS,
    BadRow,
    Owners,
    Point,
    declared,
    instant,
    read_bytes,
    stamp,
)
from pipelines.readers.values import UTC_INSTANT

CHECK_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "line": pl.Int64,
    "repository_id": pl.String,
    "place": pl.String,
    "checked_at": UTC_INSTANT,
    "tool": pl.String,
    "result": pl.String,
    "message": pl.String,
}
RESTORE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "line": pl.Int64,
    "restore_id": pl.String,
    "environment_id": pl.String,
    "asked_at": UTC_INSTANT,
    "done_at": UTC_INSTANT,
    "point_id": pl.String,
    "kind": pl.String,
    "result": pl.String,
}
# tool -> (words that tell the tool, words of a clean end, words of an error)
_TOOLS = {
    "pgbackrest": (
        r"P\d\d\s+INFO: verify command",
        r"verify command end: completed successfully",
        r"status: error|ERROR:",
    ),
    "borg": (
        r"Starting (repository|archive consistency) check|repository check, (no problems|errors) found",
        r"no problems found",
        r"errors found|integrity error:|[1-9]\d* integrity errors|inconsistent|not found\b.*needed",
    ),
    "restic": (
        r"check all packs|check snapshots, trees and blobs",
        r"no errors were found",
        r"Fatal:|contains errors|^error",
    ),
}
_RESTORE = re.compile(r"restoring (?:<Snapshot |snapshot )([0-9a-f]{8,64}) of \[([^\]]*)\]")
_EXIT = re.compile(r"^(\w*?)_?exit(?: code| status)?\s*[=:]\s*(\d+)\s*$", re.MULTILINE)
_CLOCK = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) P\d\d ", re.MULTILINE)


def read(file: InboxFile) -> Iterator[Batch]:
    """One integrity check, or one restore."""
    text = read_bytes(file).decode("utf-8", "replace").replace("\0", " ").replace("\r\n", "\n")
    if not text.strip():
        raise UnreadableFile(
            "empty_file", f"{file.name}: is empty; a check that printed nothing proves nothing"
        )
    if (restore := _RESTORE.search(text)) is not None:
        yield _restore(file, text, restore)
        return
    for tool, (words, clean, errors) in _TOOLS.items():
        if re.search(words, text):
            yield _check(file, text, tool, clean, errors)
            return
    raise UnreadableFile(
        "unknown_check",
        f"{file.name}: is no output of restic check, borg check, pgbackrest verify or restic restore",
        text.strip()[:200],
    )


def _check(file: InboxFile, text: str, tool: str, clean: str, errors: str) -> Batch:
    statuses = [int(status) for _, status in _EXIT.findall(text)]
    broken = re.search(errors, text, re.MULTILINE) is not None
    if not statuses and not broken and re.search(clean, text) is None:
        raise UnreadableFile(
            "result_not_told", f"{file.name}: neither an exit status nor the tool's last words", text[-200:]
        )
    row = {
        "line": 1,
        "repository_id": declared(file, "repository_id"),
        "place": declared(file, "place"),
        "checked_at": _when(file, text),
        "tool": tool,
        "result": "failed" if broken or any(statuses) else "success",
        "message": _last_words(text, errors if broken else clean),
    }
    return Batch(
        "integrity_checks", pl.DataFrame([row], schema=CHECK_SCHEMA), raw=lambda _: {1: text[:2_000]}
    )


def _restore(file: InboxFile, text: str, restore: re.Match[str]) -> Batch:
    statuses = _EXIT.findall(text)
    if not statuses:
        raise UnreadableFile(
            "result_not_told", f"{file.name}: a restore without exit status proves nothing", text[-200:]
        )
    at = _when(file, text)
    owners = Owners(file.config)
    owners.check()
    paths = tuple(path.strip() for path in restore[2].split(","))
    try:
        environment = owners.environment(
            Point(1, {}, restore[1], at, paths=paths), file.config.get("repository_id", "")
        )
    except BadRow as bad:
        raise UnreadableFile(
            bad.rule, f"{file.name}: cannot tell whose {restore[2]} is", restore[2], bad.column
        ) from bad
    row = {
        "line": 1,
        "restore_id": f"{file.config.get('repository_id', '')}/{restore[1]}/{at:%Y-%m-%dT%H:%M:%SZ}",
        "environment_id": environment,
        "asked_at": at,
        "done_at": at,
        "point_id": restore[1],
        "kind": file.config.get("restore_kind", "test"),
        "result": "success" if all(int(status) == 0 for _, status in statuses) else "failed",
    }
    return Batch("restores", pl.DataFrame([row], schema=RESTORE_SCHEMA), raw=lambda _: {1: text[:2_000]})


def _when(file: InboxFile, text: str) -> datetime:
    """Declared, else the tool's last clock reading (which needs a zone), else the file's name or time."""
    found = _CLOCK.findall(text)
    if file.config.get("checked_at") is None and found:
        try:
            return instant(found[-1], "checked_at", file.config)
        except BadRow as bad:
            raise UnreadableFile(
                bad.rule, f"{file.name}: {found[-1]} breaks {bad.rule}", found[-1], "checked_at"
            ) from bad
    return stamp(file, "checked_at").at.astimezone(UTC)


def _last_words(text: str, wanted: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip() and not _EXIT.match(line)]
    telling = [line for line in lines if re.search(wanted, line)]
    return (telling or lines or ["(nothing)"])[-1][:500]


READER = Reader(
    "backups",
    "checks",
    ("integrity_checks", "restores"),
    read,
    {
        **{
            key: OPTIONS[key]
            for key in (
                "repository_id",
                "place",
                "listed_time",
                "content",
                "documents",
                "environment_path",
                "environment_host",
            )
        },
        "checked_at": (str, datetime),
        "environment_name": str,
        "environment_tag": str,
        "restore_kind": str,
    },
)

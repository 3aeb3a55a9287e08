"""restic: `restic snapshots --json` (0.14 and later, grouped or not).

`restic forget --json` and the messages of `restic backup --json` also hold snapshots, but are no listing of
the repository as it is: they are refused. `parent` is only a hint for change detection, so no snapshot needs
another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.errors import UnreadableFile
from pipelines.inbox.discovery import InboxFile
from pipelines.inbox.source_config import SourceConfig
from pipelines.readers import Batch, Reader, reject
from pipelines.readers.backups_common import (
    OPTIONS,
    BadRow,
    Point,
    count_of,
    declared,
    instant_of,
    listing,
    load_json,
    raw_text,
    text_of,
    texts_of,
)

_FORGET = {"keep", "remove", "reasons"}


def read(file: InboxFile) -> Iterator[Batch]:
    """Points and the listing that shows them."""
    repository_id, place = declared(file, "repository_id"), declared(file, "place")
    points: list[Point] = []
    rejects: list[dict[str, object]] = []
    snapshots = _snapshots(load_json(file), file)
    for line, snapshot in enumerate(snapshots, start=1):
        try:
            points.append(_point(line, snapshot, file.config))
        except BadRow as bad:
            rejects.append(reject(line, bad.rule, bad.column, bad.value, raw_text(snapshot)))
    yield from listing(file, repository_id, place, points, rejects, shown=len(snapshots))


def _snapshots(found: Any, file: InboxFile) -> list[Any]:
    """The snapshots of a plain or grouped listing; an empty repository prints null or an empty list."""
    if found is None:
        return []
    if isinstance(found, list):
        if any(isinstance(item, dict) and _FORGET & item.keys() for item in found):
            raise UnreadableFile(
                "not_a_listing",
                f"{file.name}: is output of `restic forget`, a plan of what to remove; feed `restic "
                f"snapshots --json`",
            )
        if found and all(isinstance(item, dict) and "group_key" in item for item in found):
            groups = [item.get("snapshots") or [] for item in found]
            if all(isinstance(group, list) for group in groups):
                return [snapshot for group in groups for snapshot in group]
        if not found or any(isinstance(item, dict) and ("id" in item or "time" in item) for item in found):
            return found
    raise UnreadableFile(
        "not_a_listing",
        f"{file.name}: holds no snapshots; feed `restic snapshots --json`",
        raw_text(found)[:200],
    )


def _point(line: int, snapshot: object, config: SourceConfig) -> Point:
    if not isinstance(snapshot, dict):
        raise BadRow("not_a_record", None, raw_text(snapshot))
    started_at = instant_of(snapshot, "time", config, required=True)
    point_id = text_of(snapshot, "id", required=True)
    assert started_at is not None and point_id is not None
    summary = snapshot.get("summary")  # from 0.17 on
    told: Mapping[str, Any] = summary if isinstance(summary, dict) else {}
    return Point(
        line=line,
        raw=snapshot,
        point_id=point_id,
        started_at=started_at,
        finished_at=instant_of(told, "backup_end", config),
        original=text_of(snapshot, "original"),
        size_bytes=count_of(told, "total_bytes_processed"),
        host=text_of(snapshot, "hostname"),
        paths=texts_of(snapshot, "paths"),
        tags=texts_of(snapshot, "tags"),
    )


READER = Reader("backups", "restic", ("points", "listings"), read, OPTIONS)

"""Barman: `barman -f json list-backups SERVER|all` and `barman -f json show-backup SERVER ID`.

A server is one catalogue, `<repository_id>/<server>`: a listing of one server proves nothing about another,
and `show-backup` shows a point but proves no absence. The listing gives no start but the backup's key, which
is its local start time on the Barman host, so `time_zone` must be declared. Which backup an incremental needs
only `show-backup` tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
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
    epoch_of,
    in_range,
    in_zone,
    listing,
    load_json,
    raw_text,
    stamp,
    text_of,
)

# Copied but not yet with all its WAL files, a backup cannot be restored to a consistent state.
_STATUS = {"DONE": None, "WAITING_FOR_WALS": "partial", "FAILED": "failed"}
_SIZES = (
    "size_bytes",
    "backup_size_bytes",
    "disk_usage_bytes",
)  # list-backups; show-backup from 3.11 on; before
_KEY = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)")


def read(file: InboxFile) -> Iterator[Batch]:
    """Points and listings, one pair for each server."""
    found = load_json(file)
    servers = {} if not isinstance(found, dict) else {k: v for k, v in found.items() if not k.startswith("_")}
    if not servers or not all(isinstance(value, list | dict) for value in servers.values()):
        raise UnreadableFile(
            "not_a_listing",
            f"{file.name}: is no list of backups; feed `barman -f json list-backups all`",
            raw_text(found)[:200],
        )
    config = SourceConfig({"environment_name": "{environment}", **file.config.values}, file.config.origin)
    if any(isinstance(value, dict) for value in servers.values()):
        config = SourceConfig({**config.values, "complete": False}, config.origin)
    file = InboxFile(file.path, file.name, file.source, file.format, config)
    repository_id, place, taken = declared(file, "repository_id"), declared(file, "place"), stamp(file)
    line = 0
    batches: list[Batch] = []
    for number, (server, backups) in enumerate(servers.items(), start=1):
        points: list[Point] = []
        rejects: list[dict[str, object]] = []
        records = backups if isinstance(backups, list) else [backups]
        for backup in records:
            line += 1
            try:
                points.append(_point(line, backup, server, config))
            except BadRow as bad:
                if bad.rule == "instant_without_offset":
                    raise UnreadableFile(
                        bad.rule,
                        f"{file.name}: keys of Barman are local times ({bad.value}); declare time_zone",
                        str(bad.value),
                        bad.column,
                    ) from bad
                rejects.append(reject(line, bad.rule, bad.column, bad.value, raw_text(backup)))
        shown = len(records)
        batches += listing(
            file, f"{repository_id}/{server}", place, points, rejects, shown=shown, number=number, taken=taken
        )
    yield from batches


def _point(line: int, backup: Any, server: str, config: SourceConfig) -> Point:
    if isinstance(backup, str):
        backup = {"backup_id": backup, "status": "DONE"}  # list-backups --minimal
    if not isinstance(backup, dict):
        raise BadRow("not_a_record", None, raw_text(backup))
    point_id = text_of(backup, "backup_id", required=True)
    status = text_of(backup, "status", required=True)
    assert point_id is not None and status is not None
    if status not in _STATUS:
        raise BadRow("not_finished", "status", status)
    base, catalogue = backup.get("base_backup_information"), backup.get("catalog_information")
    told: Mapping[str, Any] = base if isinstance(base, dict) else backup
    size = next((key for key in _SIZES if key in told), _SIZES[0])
    return Point(
        line=line,
        raw=backup,
        point_id=point_id,
        started_at=epoch_of(told, "begin_time_timestamp") or _start(point_id, config),
        finished_at=epoch_of(told, "end_time_timestamp"),
        status=_STATUS[status],
        parents=text_of(catalogue if isinstance(catalogue, dict) else backup, "parent_backup_id"),
        size_bytes=count_of(told, size),
        name=server,
    )


def _start(point_id: str, config: SourceConfig) -> datetime:
    match = _KEY.fullmatch(point_id)
    if match is None:
        raise BadRow("not_an_instant", "backup_id", point_id)
    try:
        local = datetime(*(int(part) for part in match.groups()))  # type: ignore[arg-type]
    except ValueError as error:
        raise BadRow("not_an_instant", "backup_id", point_id) from error
    return in_range(in_zone(local, config, "backup_id"), "backup_id")


READER = Reader("backups", "barman", ("points", "listings"), read, OPTIONS)

"""borg: `borg list --json` and `borg info --json` (1.1 to 1.4), `borg repo-list --json` (2).

Times of borg 1 carry no offset: without `time_zone` the file is refused. Names lie (an archive may name
another day), so only times count. What a killed job leaves, `NAME.checkpoint`, is no restore point.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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

_CHECKPOINT = re.compile(r"\.checkpoint(\.\d+)?$")


def read(file: InboxFile) -> Iterator[Batch]:
    """Points and the listing that shows them."""
    found = load_json(file)
    archives = found.get("archives") if isinstance(found, dict) else None
    if not isinstance(archives, list):
        raise UnreadableFile(
            "not_a_listing", f"{file.name}: holds no archives; feed `borg list --json`", raw_text(found)[:200]
        )
    repository = found.get("repository")
    own_id = repository.get("id") if isinstance(repository, dict) else None
    repository_id = declared(file, "repository_id", own_id if isinstance(own_id, str) else None)
    place = declared(file, "place")
    points: list[Point] = []
    rejects: list[dict[str, object]] = []
    for line, archive in enumerate(archives, start=1):
        try:
            points.append(_point(line, archive, file.config))
        except BadRow as bad:
            if bad.rule == "instant_without_offset":
                raise UnreadableFile(
                    bad.rule,
                    f"{file.name}: times of borg carry no offset (archive {line}: {bad.value}); declare "
                    f"time_zone",
                    str(bad.value),
                    bad.column,
                ) from bad
            rejects.append(reject(line, bad.rule, bad.column, bad.value, raw_text(archive)))
    yield from listing(file, repository_id, place, points, rejects, shown=len(archives))


def _point(line: int, archive: Any, config: SourceConfig) -> Point:
    if not isinstance(archive, dict):
        raise BadRow("not_a_record", None, raw_text(archive))
    name = text_of(archive, "name") or text_of(archive, "archive", required=True)
    assert name is not None
    if _CHECKPOINT.search(name):
        raise BadRow("checkpoint_not_a_point", "name", name)
    started_at = instant_of(archive, "start" if archive.get("start") else "time", config, required=True)
    assert started_at is not None
    stats = archive.get("stats")
    return Point(
        line=line,
        raw=archive,
        point_id=text_of(archive, "id") or name,
        started_at=started_at,
        finished_at=instant_of(archive, "end", config),
        size_bytes=count_of(stats, "original_size") if isinstance(stats, dict) else None,
        name=name,
        host=text_of(archive, "hostname"),
        tags=texts_of(archive, "tags"),
    )


READER = Reader("backups", "borg", ("points", "listings"), read, OPTIONS)

"""pgBackRest: `pgbackrest info --output=json` (2.x), one file for all stanzas and repositories of a host.

`database.repo-key` is the only mark of the place, so `[repositories.1]` of source.toml names repository and
place. One stanza of one repository is one catalogue here, `<repository_id>/<stanza>`: a file that shows a
single stanza must not prove the others absent. Seconds since 1970 are UTC.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from pipelines.errors import ConfigurationError, UnreadableFile
from pipelines.inbox.discovery import InboxFile
from pipelines.inbox.source_config import SourceConfig
from pipelines.readers import Batch, Reader, reject, rejects_frame
from pipelines.readers.backups_common import (
    OPTIONS,
    POINT_SCHEMA,
    BadRow,
    Point,
    count_of,
    epoch_of,
    listing,
    load_json,
    raw_text,
    stamp,
    text_of,
    texts_of,
)

_READABLE = {0, 2, 5}  # ok, no valid backups, another database: the catalogue was read. Others: it was not


def read(file: InboxFile) -> Iterator[Batch]:
    """Points and listings, one pair for each stanza and repository; nothing before the whole file is
    understood.
    """
    yield from list(_batches(file))


def _batches(file: InboxFile) -> Iterator[Batch]:
    stanzas = load_json(file)
    if not isinstance(stanzas, list) or not all(
        isinstance(item, dict) and "backup" in item for item in stanzas
    ):
        raise UnreadableFile(
            "not_a_listing",
            f"{file.name}: is no list of stanzas; feed `pgbackrest info --output=json`",
            raw_text(stanzas)[:200],
        )
    config = SourceConfig({"environment_name": "{environment}", **file.config.values}, file.config.origin)
    file = InboxFile(file.path, file.name, file.source, file.format, config)
    taken = stamp(file)
    line = catalogue = 0
    for stanza in stanzas:
        by_key: dict[int, list[Point]] = defaultdict(list)
        lost: list[dict[str, object]] = []
        shown: dict[int, int] = defaultdict(int)
        backups = stanza["backup"] if isinstance(stanza["backup"], list) else [stanza["backup"]]
        for backup in backups:
            line += 1
            try:
                key, point = _point(line, backup, stanza)
                shown[key] += 1
                by_key[key].append(point)
            except BadRow as bad:
                lost.append(reject(line, bad.rule, bad.column, bad.value, raw_text(backup)))
        try:
            name = text_of(stanza, "name", required=True)
            assert name is not None
            unread = _unread(stanza)
        except BadRow as bad:
            lost += [
                reject(p.line, bad.rule, bad.column, bad.value, raw_text(p.raw))
                for k in by_key
                for p in by_key[k]
            ]
            yield Batch("points", pl.DataFrame(schema=POINT_SCHEMA), rejects_frame(lost))
            continue
        for key in sorted({*_keys(stanza), *by_key} - unread.keys()):
            catalogue += 1
            repository_id, place = _repository(key, file)
            yield from listing(
                file,
                f"{repository_id}/{name}",
                place,
                by_key.get(key, []),
                [],
                shown=shown[key],
                number=catalogue,
                taken=taken,
            )
        notes = tuple(
            f"repository {key} of stanza {name} was not readable: {why}"
            for key, why in sorted(unread.items())
        )
        for key in unread:
            lost += [
                reject(p.line, "repository_not_readable", "status", unread[key], raw_text(p.raw))
                for p in by_key.get(key, [])
            ]
        if lost or notes:
            yield Batch("points", pl.DataFrame(schema=POINT_SCHEMA), rejects_frame(lost), notes=notes)


def _point(line: int, backup: Any, stanza: Mapping[str, Any]) -> tuple[int, Point]:
    """Number of its repository, and the point."""
    if not isinstance(backup, dict):
        raise BadRow("not_a_record", None, raw_text(backup))
    database = backup.get("database")
    key = database.get("repo-key", 1) if isinstance(database, dict) else 1
    if isinstance(key, bool) or not isinstance(key, int) or not 0 < key < 1000:
        raise BadRow("not_a_number", "repo-key", raw_text(key))
    times = backup.get("timestamp")
    if not isinstance(times, dict):
        raise BadRow("missing_value", "timestamp", raw_text(times))
    started_at = epoch_of(times, "start", required=True)
    label = text_of(backup, "label", required=True)
    assert started_at is not None and label is not None
    error = backup.get("error")
    if error is not None and not isinstance(error, bool):
        raise BadRow("not_a_boolean", "error", raw_text(error))
    info = backup.get("info")
    return key, Point(
        line=line,
        raw=backup,
        point_id=label,
        started_at=started_at,
        finished_at=epoch_of(times, "stop"),
        status="damaged" if error else None,
        parents=_parents(backup),
        size_bytes=count_of(info, "size") if isinstance(info, dict) else None,
        name=text_of(stanza, "name"),
    )


def _parents(backup: Mapping[str, Any]) -> str | None:
    """All labels the backup needs: `reference`, and `prior` where a version leaves it out of them."""
    needed = list(texts_of(backup, "reference"))
    prior = text_of(backup, "prior")
    if prior is not None and prior not in needed:
        needed.append(prior)
    for label in needed:
        if " " in label:
            raise BadRow("not_a_label", "reference", label)
    return " ".join(needed) or None


def _keys(stanza: Mapping[str, Any]) -> set[int]:
    """Repositories the file reports on, those without any backup included (before 2.32: the only one)."""
    repositories = stanza.get("repo")
    if not isinstance(repositories, list):
        return {1}
    found = {item.get("key") for item in repositories if isinstance(item, dict)}
    return {key for key in found if isinstance(key, int) and not isinstance(key, bool)}


def _unread(stanza: Mapping[str, Any]) -> dict[int, str]:
    """Repositories whose catalogue could not be read, with the tool's reason: they prove nothing."""
    repositories = stanza.get("repo")
    if not isinstance(repositories, list):
        repositories = [{"key": 1, "status": stanza.get("status")}]
    unread = {}
    for item in repositories:
        status = item.get("status") if isinstance(item, dict) else None
        if (
            isinstance(status, dict)
            and status.get("code") not in _READABLE
            and isinstance(item.get("key"), int)
        ):
            unread[item["key"]] = raw_text(status.get("message"))
    return unread


def _repository(key: int, file: InboxFile) -> tuple[str, str]:
    """Declared repository and place of a repository number."""
    table = file.config.get("repositories", {}).get(str(key))
    if table is None:
        raise UnreadableFile(
            "repository_not_declared",
            f"{file.name}: shows repository {key}, which source.toml does not name; add "
            f"[repositories.{key}] with "
            "repository_id and place",
            str(key),
            "repo-key",
        )
    if not isinstance(table, dict) or not all(
        isinstance(table.get(name), str) for name in ("repository_id", "place")
    ):
        raise ConfigurationError(
            f"{file.config.where('repositories')}: [repositories.{key}] needs repository_id and place, "
            f"found {table!r}"
        )
    return table["repository_id"], table["place"]


READER = Reader("backups", "pgbackrest", ("points", "listings"), read, {**OPTIONS, "repositories": dict})

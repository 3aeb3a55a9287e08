"""What the catalogue listings of all backup tools share: whose a point is, which repository was listed, where
and when.

A listing proves presence by its points and absence by its own row, so an empty listing still says something.
Nothing here knows the contract.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from functools import cache, cached_property
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from pipelines.errors import ConfigurationError, UnreadableFile
from pipelines.inbox.discovery import InboxFile
from pipelines.inbox.source_config import SourceConfig
from pipelines.readers import Batch, reject, rejects_frame
from pipelines.readers.values import UTC_INSTANT
from pipelines.schemas.backups import CONTENTS

MAX_BYTES = 1 << 30  # of one listing; 5,000 environments with 400 points each take a third of it
EARLIEST, LATEST = (
    datetime(1980, 1, 1, tzinfo=UTC),
    datetime(2200, 1, 1, tzinfo=UTC),
)  # beyond: a broken clock or a null date

OPTIONS: dict[str, type | tuple[type, ...]] = {
    "repository_id": str,  # repository that was listed
    "place": str,  # where it stands
    "listed_at": (str, datetime),  # when; else the file name's date or time, else the file's time
    "listed_time": str,  # local time of a listing whose file name bears a bare date
    "complete": bool,  # false: filtered or cut (--last, --tag): shows points, proves no absence
    "content": str,  # data (default) or documents
    "documents": list,  # points that are documents: "tag:X", "path:X", "name:X", "host:X", * and ? allowed
    "environment_tag": str,  # env: tag env=X tells environment X
    "environment_path": str,  # /srv/quadra/{environment}
    "environment_name": str,  # {environment}-*: archive name or stanza
    "environment_host": str,  # {environment}.example.net
    "manual_tag": str,  # tag of unscheduled points
}

POINT_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "line": pl.Int64,
    "repository_id": pl.String,
    "place": pl.String,
    "listed_at": UTC_INSTANT,
    "environment_id": pl.String,
    "content": pl.String,
    "point_id": pl.String,
    "started_at": UTC_INSTANT,
    "finished_at": UTC_INSTANT,
    "status": pl.String,
    "is_scheduled": pl.Boolean,
    "parent_point_id": pl.String,
    "original_point_id": pl.String,
    "size_bytes": pl.Int64,
}
LISTING_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "line": pl.Int64,
    "repository_id": pl.String,
    "place": pl.String,
    "listed_at": UTC_INSTANT,
    "points": pl.Int64,
    "is_complete": pl.Boolean,
}


class BadRow(Exception):
    """A row that cannot be used: the rule it breaks, the column and the value seen."""

    def __init__(self, rule: str, column: str | None = None, value: object = None) -> None:
        super().__init__(rule)
        self.rule, self.column, self.value = rule, column, value


@dataclass(frozen=True)
class Stamp:
    """When a listing was taken, as exactly as it is known: at or after `at`, before `until`."""

    at: datetime
    until: datetime


@dataclass
class Point:
    """What a tool tells about one restore point, before its owner is looked up; also the row once it is
    complete.
    """

    line: int
    raw: Mapping[str, Any]
    point_id: str
    started_at: datetime
    finished_at: datetime | None = None
    status: str | None = None
    parents: str | None = None
    original: str | None = None
    size_bytes: int | None = None
    name: str | None = None
    host: str | None = None
    paths: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


# ---------------------------------------------------------------- JSON
def load_json(file: InboxFile) -> Any:
    """The file as JSON. Raises UnreadableFile for what is too large, too deep or no JSON (NaN and Infinity
    included).
    """
    return parse_json(read_bytes(file), file)


def read_bytes(file: InboxFile) -> bytes:
    """Plain bytes under the bound of a listing."""
    blocks, left = [], MAX_BYTES
    with file.open() as stream:
        while block := stream.read(1 << 20):
            blocks.append(block)
            left -= len(block)
            if left < 0:
                raise UnreadableFile("file_too_large", f"{file.name}: more than {MAX_BYTES} bytes; split it")
    return b"".join(blocks)


def parse_json(data: bytes, file: InboxFile) -> Any:
    try:
        return json.loads(data, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        shown = data[:200].decode("utf-8", "replace")
        raise UnreadableFile("not_json", f"{file.name}: cannot be read as JSON ({error})", shown) from error


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON value")


def raw_text(record: object) -> str:
    """A record as it may be shown: JSON, without characters no database takes."""
    return json.dumps(record, ensure_ascii=True, default=str)[:4000]


def text_of(record: Mapping[str, Any], key: str, *, required: bool = False) -> str | None:
    """A text that a database can hold; raises BadRow for any other type and, where required, for nothing."""
    found = record.get(key)
    if found is None or found == "":
        if required:
            raise BadRow("missing_value", key)
        return None
    if not isinstance(found, str) or not _storable(found):
        raise BadRow("not_a_text", key, raw_text(found))
    return found


def _storable(text: str) -> bool:
    """No lone surrogates (JSON can spell them, UTF-8 cannot) and no NUL."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def texts_of(record: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = record.get(key)
    if found is None:
        return ()
    if not isinstance(found, list) or not all(isinstance(item, str) and _storable(item) for item in found):
        raise BadRow("not_a_list_of_texts", key, raw_text(found))
    return tuple(found)


def count_of(record: Mapping[str, Any], key: str) -> int | None:
    """A count of bytes; null where it is not given."""
    found = record.get(key)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < 2**63:
        raise BadRow("not_a_number", key, raw_text(found))
    return int(found)


def epoch_of(record: Mapping[str, Any], key: str, *, required: bool = False) -> datetime | None:
    """Seconds since 1970 (always UTC), as an integer or its text."""
    found = record.get(key)
    if found is None or found == "":
        if required:
            raise BadRow("missing_value", key)
        return None
    if isinstance(found, str) and re.fullmatch(r"\d{1,11}", found):
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < 10**11:
        raise BadRow("not_an_instant", key, raw_text(found))
    return in_range(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=found), key)


def in_range(at: datetime, key: str) -> datetime:
    if not EARLIEST <= at < LATEST:
        raise BadRow("instant_out_of_range", key, at.isoformat())
    return at


# ---------------------------------------------------------------- instants
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*([Zz]|[+-]\d\d(?::?\d\d)?)?"
)


def instant_of(
    record: Mapping[str, Any], key: str, config: SourceConfig, *, required: bool = False
) -> datetime | None:
    """An ISO 8601 instant in UTC, cut to the microsecond; without an offset it needs the declared zone."""
    found = text_of(record, key, required=required)
    return None if found is None else instant(found, key, config)


def instant(text: str, key: str, config: SourceConfig) -> datetime:
    match = _ISO.fullmatch(text.strip())
    if match is None:
        raise BadRow("not_an_instant", key, text)
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        micros = int((fraction or "0")[:6].ljust(6, "0"))
        local = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micros)
        if offset is not None:
            return in_range((local - _offset(offset)).replace(tzinfo=UTC), key)
    except (ValueError, OverflowError) as error:
        raise BadRow("not_an_instant", key, text) from error
    return in_range(in_zone(local, config, key), key)


def _offset(text: str) -> timedelta:
    if text in "Zz":
        return timedelta(0)
    digits = text[1:].replace(":", "").ljust(4, "0")
    if int(digits[:2]) > 23 or int(digits[2:]) > 59:
        raise ValueError(text)
    return timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (-1 if text[0] == "-" else 1)


def in_zone(local: datetime, config: SourceConfig, key: str) -> datetime:
    """A local time in UTC. The hour that does not exist is refused; the one that comes twice needs
    `ambiguous`.
    """
    zone = config.zone
    if zone is None:
        raise BadRow("instant_without_offset", key, local.isoformat())
    try:
        early, late = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    except (ValueError, OverflowError) as error:
        raise BadRow("not_an_instant", key, local.isoformat()) from error
    if early == late:
        return early
    if early.astimezone(zone).replace(tzinfo=None) != local:
        raise BadRow("local_time_does_not_exist", key, local.isoformat())
    if (choice := config.get("ambiguous")) is None:
        raise BadRow("local_time_comes_twice", key, local.isoformat())
    return early if choice == "earliest" else late


_NAME_STAMP = re.compile(
    r"(?<!\d)(\d{4})-?(\d\d)-?(\d\d)"
    r"(?:[T_ .-]?(\d\d)(?:[:h.-]?(\d\d))(?:[:m.-]?(\d\d))?s?)?(Z|[+-]\d\d:?\d\d)?(?!\d)"
)


def stamp(file: InboxFile, key: str = "listed_at") -> Stamp:
    """When the file was made: the declared instant, else the last date or time in its name, else the file's
    own time.

    A bare date is that civil day of the declared zone, from `listed_time` (else midnight) on. Raises
    UnreadableFile where a local time stands without its zone.
    """
    config = file.config
    if (declared := config.get(key)) is not None:
        try:
            at = instant(str(declared), key, config)
        except BadRow as bad:
            raise ConfigurationError(
                f"{config.where(key)}: {key} = {str(declared)!r} breaks {bad.rule}; expected an instant "
                f"such as "
                "2026-03-31T08:00:00+02:00"
            ) from bad
        return Stamp(at, at + timedelta(microseconds=1))
    for match in reversed(list(_NAME_STAMP.finditer(file.stem))):
        found = _from_name(match, file, key)
        if found is not None:
            return found
    at = datetime.fromtimestamp(file.path.stat().st_mtime, UTC)
    return Stamp(at, at + timedelta(microseconds=1))


def _from_name(match: re.Match[str], file: InboxFile, key: str) -> Stamp | None:
    year, month, day, hour, minute, second, offset = match.groups()
    try:
        local = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return None
    if not EARLIEST.year <= local.year < LATEST.year:
        return None
    if hour is not None and offset is not None:
        at = (local - _offset(offset)).replace(tzinfo=UTC)
        return Stamp(at, at + (timedelta(seconds=1) if second else timedelta(minutes=1)))
    if file.config.zone is None:
        raise UnreadableFile(
            f"{key}_without_zone",
            f"{file.name}: its name bears {match.group(0)}, a local time; declare time_zone or {key} in "
            f"source.toml",
            match.group(0),
            key,
        )
    try:
        if hour is not None:
            at = in_zone(local, file.config, key)
            return Stamp(at, at + (timedelta(seconds=1) if second else timedelta(minutes=1)))
        return _bare_date(local, file.config)
    except BadRow as bad:
        raise UnreadableFile(
            bad.rule, f"{file.name}: {match.group(0)} in its name breaks {bad.rule}", match.group(0), key
        ) from bad


def _bare_date(day: datetime, config: SourceConfig) -> Stamp:
    zone = ZoneInfo(config.values["time_zone"])
    text = config.get("listed_time", "00:00")
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", text)
    if match is None:
        raise ConfigurationError(
            f"{config.where('listed_time')}: listed_time = {text!r}, expected HH:MM or HH:MM:SS"
        )
    hour, minute, second = (int(part or 0) for part in match.groups())
    at = day.replace(hour=hour, minute=minute, second=second, tzinfo=zone).astimezone(UTC)
    until = (day + timedelta(days=1)).replace(tzinfo=zone).astimezone(UTC)
    return Stamp(at, until)


# ---------------------------------------------------------------- owners
@cache
def pattern(text: str, kind: str) -> re.Pattern[str]:
    """`{environment}`, `*` and `?` of a convention as an expression; a path's environment is one folder."""
    one = r"[^/\\]+?" if kind == "path" else r".+?"
    parts = re.split(r"(\{environment\}|\*|\?)", text)
    return re.compile(
        "".join(
            {"{environment}": f"(?P<environment>{one})", "*": ".*", "?": "."}.get(part, re.escape(part))
            for part in parts
        ),
        re.DOTALL,
    )


@dataclass(frozen=True)
class Owners:
    """Finds the environment and content of a point by tag, path, name, host and repository, in this order.

    At each step `environments` of source.toml is asked first, then the convention (whose result may be mapped
    in turn).
    """

    config: SourceConfig

    @cached_property
    def _map(self) -> Mapping[str, Any]:
        return dict(self.config.get("environments", {}))

    def check(self) -> None:
        """Raises ConfigurationError for conventions and mappings that cannot work."""
        for key in ("environment_path", "environment_name", "environment_host"):
            text = self.config.get(key)
            if text is not None and text.count("{environment}") != 1:
                raise ConfigurationError(
                    f"{self.config.where(key)}: {key} = {text!r}, expected {{environment}} once in it"
                )
        for name, target in self._map.items():
            if not isinstance(target, str) or not target:
                raise ConfigurationError(
                    f"{self.config.where('environments')}: [environments] {name!r} = {target!r}, expected "
                    f"an environment_id"
                )
        for rule in self.config.get("documents", []):
            if not isinstance(rule, str) or rule.partition(":")[0] not in ("tag", "path", "name", "host"):
                raise ConfigurationError(
                    f"{self.config.where('documents')}: documents has {rule!r}, expected tag:, path:, name: "
                    f"or host:"
                )
        if self.config.get("content", "data") not in CONTENTS:
            raise ConfigurationError(
                f"{self.config.where('content')}: content = {self.config.get('content')!r}, expected data "
                f"or documents"
            )

    def environment(self, point: Point, repository_id: str) -> str:
        if (declared := self.config.get("environment_id")) is not None:
            return str(declared)
        for found in (
            self._by_tag(point.tags),
            self._by("path", point.paths),
            self._by("name", () if point.name is None else (point.name,)),
            self._by("host", () if point.host is None else (point.host,)),
            self._known("repository", repository_id),
        ):
            if len(found) > 1:
                raise BadRow("ambiguous_environment", "environment_id", " ".join(sorted(found)))
            if found:
                return next(iter(found))
        raise BadRow(
            "unmapped_environment",
            "environment_id",
            point.name or " ".join((*point.tags, *point.paths)) or None,
        )

    def content(self, point: Point) -> str:
        seen = {
            "tag": point.tags,
            "path": point.paths,
            "name": (point.name,) if point.name else (),
            "host": (point.host,) if point.host else (),
        }
        for rule in self.config.get("documents", []):
            kind, _, wanted = rule.partition(":")
            if any(fnmatchcase(value, wanted) for value in seen[kind]):
                return "documents"
        return str(self.config.get("content", "data"))

    def _known(self, kind: str, value: str) -> set[str]:
        found = self._map.get(f"{kind}:{value}")
        return set() if found is None else {found}

    def _by_tag(self, tags: Iterable[str]) -> set[str]:
        tags = tuple(tags)
        found = {name for tag in tags for name in self._known("tag", tag)}
        convention = self.config.get("environment_tag")
        if not found and convention is not None:
            names = (tag.removeprefix(f"{convention}=") for tag in tags if tag.startswith(f"{convention}="))
            found = {self._map.get(name, name) for name in names if name}
        return found

    def _by(self, kind: str, values: Iterable[str]) -> set[str]:
        values = tuple(values)
        found = {name for value in values for name in self._known(kind, value)}
        if not found and kind == "name":
            found = {self._map[value] for value in values if value in self._map}
        convention = self.config.get(f"environment_{kind}")
        if not found and convention is not None:
            matches = (pattern(convention, kind).fullmatch(value) for value in values)
            names = (match["environment"] for match in matches if match is not None)
            found = {self._map.get(name, name) for name in names}
        return found


# ---------------------------------------------------------------- batches
def declared(file: InboxFile, key: str, otherwise: str | None = None) -> str:
    """`repository_id` or `place` of the file; raises UnreadableFile where nobody says it."""
    found = file.config.get(key, otherwise)
    if not found:
        raise UnreadableFile(
            f"{key}_not_declared",
            f"{file.name}: a listing does not name its {key}; declare it in source.toml",
            None,
            key,
        )
    return str(found)


def listing(
    file: InboxFile,
    repository_id: str,
    place: str,
    points: list[Point],
    rejects: list[dict[str, object]],
    *,
    shown: int,
    number: int = 1,
    taken: Stamp | None = None,
) -> tuple[Batch, Batch]:
    """Rows of `points` and the row of `listings` for one repository.

    points: typed but not yet owned. rejects: rows lost before. shown: points the listing shows, lost ones
    included. The instant of a listing known by its day or minute is not earlier than the last point it shows;
    a point that starts after the listing cannot have been in it and is rejected.
    """
    taken = taken or stamp(file)
    owners = Owners(file.config)
    owners.check()
    inside = [point for point in points if point.started_at < taken.until]
    listed_at = max([taken.at, *(point.started_at for point in inside)])
    rows: list[dict[str, object]] = []
    for point in points:
        try:
            if point.started_at >= taken.until:
                raise BadRow("started_after_listing", "started_at", point.started_at.isoformat())
            rows.append(
                {
                    "line": point.line,
                    "repository_id": repository_id,
                    "place": place,
                    "listed_at": listed_at,
                    "environment_id": owners.environment(point, repository_id),
                    "content": owners.content(point),
                    "point_id": point.point_id,
                    "started_at": point.started_at,
                    "finished_at": point.finished_at,
                    "status": point.status,
                    "is_scheduled": _is_scheduled(point.tags, file.config),
                    "parent_point_id": point.parents,
                    "original_point_id": point.original,
                    "size_bytes": point.size_bytes,
                }
            )
        except BadRow as bad:
            rejects.append(reject(point.line, bad.rule, bad.column, bad.value, raw_text(point.raw)))
    raws = {point.line: point.raw for point in points}
    batch = Batch(
        table="points",
        rows=pl.DataFrame(rows, schema=POINT_SCHEMA),
        rejects=rejects_frame(sorted(rejects, key=lambda row: int(str(row["line"])))),
        raw=lambda lines: {line: raw_text(raws[line]) for line in lines if line in raws},
        notes=() if complete(file) else ("declared incomplete: shows points, proves no absence",),
    )
    proof = {
        "line": number,
        "repository_id": repository_id,
        "place": place,
        "listed_at": listed_at,
        "points": shown,
        "is_complete": complete(file),
    }
    return batch, Batch(table="listings", rows=pl.DataFrame([proof], schema=LISTING_SCHEMA))


def complete(file: InboxFile) -> bool:
    return bool(file.config.get("complete", True))


def _is_scheduled(tags: tuple[str, ...], config: SourceConfig) -> bool | None:
    """False where a tag says that a person took it; else not told (which counts as scheduled)."""
    return False if config.get("manual_tag", "manual") in tags else None

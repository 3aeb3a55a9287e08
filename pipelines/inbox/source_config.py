"""`source.toml`: what a folder says about its files that they cannot say themselves.

Every folder from the inbox root down to the file may hold one; deeper values win, and `[files."glob"]` tables of any of
them win over plain keys for the files they match. Unknown keys are refused: a misspelt `time_zone` must not pass silently.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.errors import ConfigurationError

NAME = "source.toml"

COMMON_KEYS: dict[str, type | tuple[type, ...]] = {
    "time_zone": str,  # zone of instants that carry no offset
    "ambiguous": str,  # the hour that comes twice: "earliest" or "latest"; unset: such rows are rejected
    "columns": dict,  # canonical column -> column of the file
    "defaults": dict,  # canonical column -> value where the file gives none
    "environment_id": str,  # every row is of this environment
    "environments": dict,  # name, tag, host, path or repository in the file -> environment_id
    "delimiter": str,
    "encoding": str,
}


@dataclass(frozen=True)
class SourceConfig:
    """Merged settings for one file.

    `values` holds plain keys, `origin` the `source.toml` that set each of them (for error messages).
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    origin: Mapping[str, Path] = field(default_factory=dict)

    def get(self, key: str, default: Any = None) -> Any:
        return self.values.get(key, default)

    @property
    def zone(self) -> ZoneInfo | None:
        name = self.get("time_zone")
        return ZoneInfo(name) if name else None

    @property
    def digest(self) -> str:
        """SHA-256 of the settings: a file read under other settings is read anew."""
        return hashlib.sha256(json.dumps(self.values, sort_keys=True, default=str).encode()).hexdigest()

    def where(self, key: str) -> str:
        return str(self.origin.get(key, NAME))


def load(path: Path, inbox: Path, options: Mapping[str, type | tuple[type, ...]]) -> SourceConfig:
    """Settings of the file `path` below `inbox`; `options` are the keys its reader knows besides the common ones.

    Raises ConfigurationError for unreadable TOML, an unknown key, a wrong type or an unknown time zone.
    """
    known = {**COMMON_KEYS, **options}
    values: dict[str, Any] = {}
    origin: dict[str, Path] = {}
    overrides: list[tuple[Path, dict[str, Any]]] = []
    folders = [folder for folder in reversed(path.parents) if folder == inbox or inbox in folder.parents]
    for folder in folders:
        toml = folder / NAME
        if not toml.is_file():
            continue
        content = dict(_parse(toml, toml.stat().st_mtime_ns))
        for pattern, table in content.pop("files", {}).items():
            if not isinstance(table, dict):
                raise ConfigurationError(
                    f'{toml}: [files."{pattern}"] is {table!r}, expected a table of keys'
                )
            _check_keys(toml, table, known)
            if fnmatchcase(path.relative_to(folder).as_posix(), pattern) or fnmatchcase(path.name, pattern):
                overrides.append((toml, table))
        _check_keys(toml, content, known)
        _merge(values, origin, toml, content)
    for toml, table in overrides:
        _merge(values, origin, toml, table)
    _check_zone(values, origin)
    _check_encoding(values, origin)
    return SourceConfig(values, origin)


@cache
def _parse(toml: Path, modified_ns: int) -> dict[str, Any]:
    """What the file said when it was last changed; thousands of files share one."""
    try:
        return tomllib.loads(toml.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{toml}: not readable as TOML ({error}); correct the file") from error


def _check_keys(toml: Path, table: Mapping[str, Any], known: Mapping[str, type | tuple[type, ...]]) -> None:
    for key, value in table.items():
        if key not in known:
            raise ConfigurationError(
                f"{toml}: unknown key {key!r}; known here: {', '.join(sorted(known))}. Correct or remove it"
            )
        expected = known[key]
        if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
            raise ConfigurationError(f"{toml}: {key} = {value!r} has the wrong type ({type(value).__name__})")


def _merge(values: dict[str, Any], origin: dict[str, Path], toml: Path, table: Mapping[str, Any]) -> None:
    for key, value in table.items():
        is_table = isinstance(value, dict) and isinstance(values.get(key), dict)
        values[key] = {**values[key], **value} if is_table else value
        origin[key] = toml


def _check_encoding(values: Mapping[str, Any], origin: Mapping[str, Path]) -> None:
    if encoding := values.get("encoding"):
        try:
            b"x".decode(encoding, "replace")
        except LookupError as error:  # unknown, or no encoding of text
            raise ConfigurationError(
                f"{origin['encoding']}: encoding = {encoding!r} is no encoding of text that is known here, such as utf-8, cp1252,"
                " iso-8859-15, utf-16 or cp850; correct it"
            ) from error


def _check_zone(values: Mapping[str, Any], origin: Mapping[str, Path]) -> None:
    if zone := values.get("time_zone"):
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ConfigurationError(
                f"{origin['time_zone']}: time_zone = {zone!r} is not a zone of the IANA list, such as Europe/Paris"
            ) from error
    if values.get("ambiguous") not in (None, "earliest", "latest"):
        raise ConfigurationError(
            f'{origin["ambiguous"]}: ambiguous = {values["ambiguous"]!r}, expected "earliest" or "latest"'
        )

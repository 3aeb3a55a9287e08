"""What the last publication answered: the same question asked again is told so, and nothing is computed anew.

A question is all that an answer rests on: the files of the inbox by name, size and time of change, their settings, the contract,
the program, the instant, and where the answer is to lie. It is written down before the first file is read, so that a file
that changes during a run asks a new question. Beside the working database: `asked` while a run is under way, `answered` once
it came to its end.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

from pipelines.inbox.discovery import discover
from pipelines.inbox.source_config import NAME as SETTINGS_FILE
from pipelines.resources import Settings
from pipelines.warehouse import dbt_project

_ENGINES = ("duckdb", "polars")  # another version may print another digit


def ask(settings: Settings) -> None:
    """Write down what a run that begins now is asked; until it has answered, nothing stands."""
    forget(settings)
    settings.work.mkdir(parents=True, exist_ok=True)
    _asked(settings).write_text(_question(settings), encoding="utf-8")


def answer(settings: Settings, report: Path) -> None:
    """The run that asked has published, and written `report`."""
    told = {"question": _asked(settings).read_text(encoding="utf-8"), "made": _made(settings, report)}
    draft = _answered(settings).with_suffix(".part")
    draft.write_text(json.dumps(told), encoding="utf-8")
    draft.replace(_answered(settings))


def forget(settings: Settings) -> None:
    """What was answered need not hold any more."""
    _answered(settings).unlink(missing_ok=True)


def stands(settings: Settings) -> bool:
    """Whether this very question was answered last, and what was made of it lies there untouched.

    Raises ConfigurationError for an inbox that cannot be used.
    """
    try:
        told = json.loads(_answered(settings).read_text(encoding="utf-8"))
        made = {name: tuple(seen) for name, seen in told["made"].items()}
        untouched = all(_seen(Path(name)) == seen for name, seen in made.items())
        return untouched and str(told["question"]) == _question(settings)
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return False  # never answered, or something is gone: the run will tell


def _question(settings: Settings) -> str:
    """SHA-256 of all that the answer rests on."""
    digest = hashlib.sha256()
    for path, name, _, _ in discover(settings.inbox):
        digest.update(f"{name}\0{_seen(path)}\n".encode("utf-8", "surrogateescape"))
    for path in sorted(settings.inbox.rglob(SETTINGS_FILE)):
        digest.update(str(path).encode() + b"\0" + path.read_bytes() + b"\0")
    for path in sorted(settings.contract.iterdir()):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    engines = [f"{name} {version(name)}" for name in _ENGINES]
    places = (settings.inbox, settings.warehouse, settings.reports)
    for part in (dbt_project.code(), *engines, settings.as_of.isoformat(), *places):
        digest.update(f"{part}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _made(settings: Settings, report: Path) -> dict[str, tuple[int, int]]:
    return {str(path): _seen(path) for path in (settings.warehouse, report, settings.work_database)}


def _seen(path: Path) -> tuple[int, int]:
    told = path.stat()
    return told.st_size, told.st_mtime_ns


def _asked(settings: Settings) -> Path:
    return settings.work / "asked"


def _answered(settings: Settings) -> Path:
    return settings.work / "answered.json"

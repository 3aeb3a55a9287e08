"""dbt, run in this process: build, parse, and what became of each model and test."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import BuildError
from pipelines.resources import ROOT

PARSED = "partial_parse.msgpack"
SHARED_TARGET = ROOT / "target"


@dataclass(frozen=True)
class Outcome:
    """What became of one node: `status` is dbt's (success, error, skipped, pass, fail, warn)."""

    unique_id: str
    status: str
    message: str
    failures: int
    seconds: float

    @property
    def is_bad(self) -> bool:
        return self.status in ("error", "fail", "runtime error", "skipped")


def build(work: Path, *selection: str, command: str = "build", exclude_unit_tests: bool = True) -> list[Outcome]:
    """Run dbt over the working database in `work`. Raises BuildError where dbt itself cannot run.

    dbt starts in `work`, so that the profile's relative path is the same for every warehouse: a changed profile
    would cost a full parse.
    """
    arguments = [command, *selection, *(["--exclude-resource-type", "unit_test"] if exclude_unit_tests else [])]
    result = invoke(work, arguments)
    outcomes = [_outcome(node) for node in getattr(result.result, "results", None) or []]
    if result.exception is not None:
        raise BuildError(f"dbt {command} could not run: {result.exception}") from result.exception
    return outcomes


def invoke(work: Path, arguments: list[str]) -> Any:
    """dbt's own answer to one command line."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    target = work / "target"
    _borrow_parse(target)
    places = ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT), "--target-path", str(target)]
    quiet = ["--quiet", "--no-use-colors", "--log-path", str(work / "logs"), "--log-level-file", "info"]
    try:
        with _inside(work):
            result = dbtRunner().invoke([*quiet, *arguments, *places])
    finally:
        # Without this the process keeps the database open after dbt has ended, and locks everyone out.
        DuckDBConnectionManager.close_all_connections()
    _lend_parse(target)
    return result


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _borrow_parse(target: Path) -> None:
    """Start from the project's last parse: a new warehouse then costs no full parse."""
    shared = SHARED_TARGET / PARSED
    if not (target / PARSED).exists() and shared.is_file():
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy2(shared, target / PARSED)


def _lend_parse(target: Path) -> None:
    """Leave the newest parse with the project; two runs that end together each leave a whole file."""
    mine, shared = target / PARSED, SHARED_TARGET / PARSED
    if not mine.is_file() or (shared.is_file() and shared.stat().st_mtime >= mine.stat().st_mtime):
        return
    with contextlib.suppress(OSError):
        SHARED_TARGET.mkdir(exist_ok=True)
        fresh = SHARED_TARGET / f".{PARSED}.{os.getpid()}"
        shutil.copy2(mine, fresh)
        os.replace(fresh, shared)


def _outcome(node: Any) -> Outcome:
    return Outcome(
        unique_id=node.node.unique_id,
        status=str(node.status),
        message=str(node.message or ""),
        failures=int(node.failures or 0),
        seconds=float(node.execution_time or 0),
    )

"""dbt, run in this process: the parsed project, kept between runs, and builds of it over a working database."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.errors import BuildError
from pipelines.resources import MEMORY, PORTION_MEMORY, ROOT

TARGET = ROOT / "target"
MANIFEST = TARGET / "manifest.json"
_PARSED = "partial_parse.msgpack"
_DIGEST = "livret.digest"
_PROJECT = ("dbt_project.yml", "profiles.yml", "models", "macros", "tests/dbt")
_CODE = (*_PROJECT, "pipelines")  # what rows kept between runs were made by


@dataclass(frozen=True)
class Outcome:
    """What became of one node: `status` is dbt's (success, error, skipped, pass, fail, warn).

    Of a test: the query of its failing rows, the mart it is about, and the column where it is one of dbt's own about one.
    """

    unique_id: str
    status: str
    message: str
    failures: int
    seconds: float
    query: str = ""
    mart: str | None = None
    column: str | None = None

    @property
    def name(self) -> str:
        return self.unique_id.split(".")[2]

    @property
    def is_bad(self) -> bool:
        return self.status in ("error", "fail", "runtime error", "skipped", "warn")

    @property
    def puts_aside(self) -> bool:
        """A failed test of severity `warn`: whom its rows name is put aside, and the others are published."""
        return self.status == "warn"


def manifest() -> Path:
    """`target/manifest.json`, parsed anew and whole where the project's SQL or YAML changed since: dbt's parsing of changes alone
    has left unit tests without the models they are given.

    Raises BuildError where the project does not parse.
    """
    digest = _digest(_PROJECT)
    stamp = TARGET / _DIGEST
    if (
        MANIFEST.is_file()
        and (TARGET / _PARSED).is_file()
        and stamp.is_file()
        and stamp.read_text() == digest
    ):
        return MANIFEST
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TARGET, prefix="parse.") as name:
        fresh = Path(name)
        result = _invoke(["parse"], fresh, fresh)
        if not result.success:
            raise BuildError(f"the models do not parse: {result.exception}")
        stamp.unlink(missing_ok=True)
        for part in (_PARSED, MANIFEST.name):
            os.replace(fresh / part, TARGET / part)
    stamp.write_text(digest)
    return MANIFEST


@cache
def parsed() -> dict[str, Any]:
    """What the manifest says: nodes and sources by dbt's unique id. Read once in a process."""
    found: dict[str, Any] = json.loads(manifest().read_text(encoding="utf-8"))
    return found


def build(work: Path, *selection: str, all_tests: bool = False) -> list[Outcome]:
    """Run `dbt build` over the working database in `work`. Raises BuildError where dbt itself cannot run.

    `all_tests` adds unit tests and the tests of the steps between staging and marts.

    dbt starts in `work`, so that the profile's relative path is the same for every warehouse and the one parse
    serves them all.
    """
    manifest()
    # After their code changed, models that keep rows between runs are built anew; while it did not, views still stand.
    is_same = built_by(work) == code()
    # Of a part, only tests that ask nothing of models which were not built.
    part = ["--indirect-selection", "buildable"] if selection else []
    arguments = ["--no-write-json", "build", *selection, *part, *([] if is_same else ["--full-refresh"])]
    if not all_tests:
        standing = ["config.materialized:view"] if is_same and not selection else []
        arguments += ["--exclude-resource-type", "unit_test", "exposure", "--exclude", "tag:step", *standing]
    result = _invoke(arguments, work, work / "target", parsed=TARGET / _PARSED)
    outcomes = [_outcome(node) for node in getattr(result.result, "results", None) or []]
    if result.exception is not None:
        raise BuildError(f"dbt build could not run: {result.exception}") from result.exception
    if not selection and all(outcome.puts_aside or not outcome.is_bad for outcome in outcomes):
        finish(work)
    return outcomes


def finish(work: Path) -> None:
    """Remember in `work` by which code all there is was built; what its rows rest on stands in the database itself."""
    (work / _DIGEST).write_text(code())


def code() -> str:
    """What names this program: a digest of all that makes figures."""
    return _digest(_CODE)


def built_by(work: Path) -> str | None:
    """What names the program by which all there is in the working database in `work` was built; None before a whole build."""
    built = work / _DIGEST
    return built.read_text() if built.is_file() else None


def _digest(parts: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        path = ROOT / part
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and file.suffix != ".pyc":
                digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _invoke(arguments: list[str], folder: Path, target: Path, parsed: Path | None = None) -> Any:
    """dbt's own answer to one command line, given from inside `folder`."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    os.environ.setdefault("LIVRET_MEMORY", MEMORY)  # the profile asks for it
    os.environ.setdefault("LIVRET_PORTION_MEMORY", PORTION_MEMORY)  # and models judged in portions for this
    known = Manifest.from_msgpack(parsed.read_bytes()) if parsed else None
    places = ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT), "--target-path", str(target)]
    quiet = ["--quiet", "--no-use-colors", "--log-path", str(target.parent / "logs"), "--log-level", "none"]
    try:
        with _inside(folder):
            return dbtRunner(manifest=known).invoke([*quiet, *arguments, *places])
    finally:
        # Without this the process keeps the database open after dbt has ended, and locks everyone out.
        DuckDBConnectionManager.close_all_connections()


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _outcome(node: Any) -> Outcome:
    told = node.node
    mart = getattr(told, "attached_node", None)
    is_unique = getattr(getattr(told, "test_metadata", None), "name", "") == "unique"
    return Outcome(
        unique_id=told.unique_id,
        status=str(node.status),
        message=str(node.message or ""),
        failures=int(node.failures or 0),
        seconds=float(node.execution_time or 0),
        query=getattr(told, "compiled_code", None) or "",
        mart=mart.split(".")[-1] if mart else None,
        column=told.column_name if is_unique else None,
    )

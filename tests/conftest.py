"""Fixtures of all tests: the sample warehouse, built once by the real command, and how hard Hypothesis tries.

`pytest --hypothesis-profile=nightly`, or HYPOTHESIS_PROFILE=nightly, asks for twenty times as many worlds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import jupytext
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings
from nbclient import NotebookClient

from pipelines.resources import ROOT

SHARED = ROOT.parent / "shared"
SAMPLES = ROOT / "data" / "samples"
SAMPLE_AS_OF = "2026-03-31T09:00:00+02:00"

_RELAXED = {"deadline": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("default", max_examples=100, **_RELAXED)  # type: ignore[arg-type]
settings.register_profile("nightly", max_examples=2_000, **_RELAXED)  # type: ignore[arg-type]
settings.load_profile("default")


def pytest_configure(config: pytest.Config) -> None:
    """One word for both ways to ask for more worlds: the option, and the variable that tests which gather worlds read."""
    profile = config.getoption("hypothesis_profile", None) or os.environ.get("HYPOTHESIS_PROFILE", "default")
    os.environ["HYPOTHESIS_PROFILE"] = profile
    settings.load_profile(profile)


@dataclass(frozen=True)
class Built:
    """What one `livret run` left."""

    warehouse: Path
    reports: Path
    output: str

    def connect(self) -> duckdb.DuckDBPyConnection:
        con = duckdb.connect(str(self.warehouse), read_only=True)
        con.execute("set TimeZone = 'UTC'")
        return con


def livret(*arguments: object, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
    """The installed command, as a user starts it."""
    command = [str(Path(sys.executable).with_name("livret")), *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )
    assert not check or done.returncode == 0, done.stderr or done.stdout
    return done


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The sample inbox through `livret run`: built by the first test process that needs it, shared by all."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if os.environ.get("PYTEST_XDIST_WORKER") else folder) / "sample"
    folder.mkdir(exist_ok=True)
    built = Built(folder / "livret.duckdb", folder / "reports", "")
    told = folder / "output.txt"
    with FileLock(f"{folder}.lock"):
        if not told.exists():
            done = livret(
                "run", "--inbox", SAMPLES, "--as-of", SAMPLE_AS_OF,
                "--warehouse", built.warehouse, "--reports", built.reports,
            )  # fmt: skip
            told.write_text(done.stdout, encoding="utf-8")
    return Built(built.warehouse, built.reports, told.read_text(encoding="utf-8"))


@pytest.fixture
def marts(sample: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published sample warehouse, read-only."""
    con = sample.connect()
    yield con
    con.close()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real third-party data beside the project; tests that need it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real data is not beside the project")
    return SHARED


@pytest.fixture
def executed(sample: Built, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Any]:
    """Runs a notebook over the samples and gives it with its outputs; the published file must stay as it was."""

    def run(name: str) -> Any:
        monkeypatch.setenv("LIVRET_WAREHOUSE", str(sample.warehouse))
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
        before = sample.warehouse.read_bytes()
        notebook = jupytext.read(ROOT / "notebooks" / f"{name}.py")
        NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
        assert sample.warehouse.read_bytes() == before
        return notebook

    return run


def shown(notebook: Any) -> list[str]:
    """What each cell ends with, as text."""
    return [
        output["data"]["text/plain"]
        for cell in notebook.cells
        if cell["cell_type"] == "code"
        for output in cell["outputs"]
        if output["output_type"] == "execute_result"
    ]

"""Runs that are killed, runs that meet, and readers in between: the published file is whole, old or new."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.conftest import SAMPLE_AS_OF, SAMPLES, Built, livret
from tests.published import marts

LATER = "2026-03-31T12:00:00+02:00"  # three hours more of reference in the month under way


def arguments(folder: Path, as_of: str) -> list[object]:
    return [
        "run", "--inbox", SAMPLES, "--as-of", as_of,
        "--warehouse", folder / "livret.duckdb", "--reports", folder / "reports",
    ]  # fmt: skip


def started(folder: Path, as_of: str = SAMPLE_AS_OF) -> subprocess.Popen[str]:
    command = [str(Path(sys.executable).with_name("livret")), *map(str, arguments(folder, as_of))]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ}
    )


def killed_at(folder: Path, step: str, after_s: float) -> None:
    """Start a run and kill it, as a power cut would, some time after it told of `step`."""
    process = started(folder)
    assert process.stdout is not None
    told = []
    for line in process.stdout:
        told.append(line)
        if line.startswith(step):
            time.sleep(after_s)
            break
    else:
        pytest.fail(f"the run never came to {step!r}: {''.join(told[-5:])}")
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def survived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A warehouse that was killed while it read and while it built, then run to the end."""
    folder = tmp_path_factory.mktemp("killed")
    killed_at(folder, "reading monitoring/canonical/plateforme/2025-08", 0.2)
    assert not (folder / "livret.duckdb").exists()
    killed_at(folder, "models and their tests", 6)
    assert not (folder / "livret.duckdb").exists()
    livret(*arguments(folder, SAMPLE_AS_OF), "--quiet")
    yield folder


def test_a_killed_run_leaves_no_mark_on_the_next_one(survived: Path, sample: Built) -> None:
    ended, expected = marts(survived / "livret.duckdb"), marts(sample.warehouse)
    assert ended.keys() == expected.keys()
    for table, rows in expected.items():
        assert ended[table] == rows, table


def test_the_same_question_is_not_computed_twice(survived: Path) -> None:
    before = (survived / "livret.duckdb").stat()
    done = livret(*arguments(survived, SAMPLE_AS_OF))
    assert "nothing new" in done.stderr
    assert "reading" not in done.stderr, "no file was looked at"
    assert "Purge candidates" in done.stdout, "what stands is told all the same"
    assert (survived / "livret.duckdb").stat().st_mtime_ns == before.st_mtime_ns


def test_readers_see_the_old_file_or_the_new_one_and_never_wait(survived: Path) -> None:
    """Readers open the published file while a run publishes; a second run is turned away with words."""
    warehouse, seen, errors = survived / "livret.duckdb", [], []
    stop = threading.Event()
    # One process per look, as notebooks are: within one process DuckDB would hand out the file it has open.
    look = (
        "import duckdb, sys; con = duckdb.connect(sys.argv[1], read_only=True);"
        ' print(con.execute("select reference_s::int from sla_marts.monthly_availability'
        " where environment_id = 'c0417' and month = date '2026-03-01'\").fetchone()[0])"
    )

    def reading() -> None:
        while not stop.is_set():
            done = subprocess.run(
                [sys.executable, "-c", look, str(warehouse)], capture_output=True, text=True, check=False
            )
            if done.returncode:
                errors.append(done.stderr)
            else:
                seen.append(int(done.stdout))
            time.sleep(1)

    held = duckdb.connect(str(warehouse), read_only=True)  # one that stays open all along
    reader = threading.Thread(target=reading)
    reader.start()
    run = started(survived, LATER)
    assert run.stdout is not None
    for line in run.stdout:
        if line.startswith("models and their tests"):
            break
    second = livret(*arguments(survived, LATER), "--quiet", check=False)
    rest = run.stdout.read()
    assert run.wait() == 0, rest
    time.sleep(1)
    stop.set()
    reader.join()
    assert second.returncode == 1
    assert "another run is under way" in second.stderr
    assert errors == []
    before, after = 21 * 46_800 + 2 * 3_600, 21 * 46_800 + 5 * 3_600
    assert seen == sorted(seen)
    assert set(seen) == {before, after}
    rows = held.execute("select count(*) from sla_marts.monthly_availability").fetchone()
    held.close()
    assert rows is not None and rows[0] > 0
    left_over = [path.name for path in survived.iterdir() if path.name.endswith((".new", ".wal"))]
    assert left_over == []

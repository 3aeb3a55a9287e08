"""One warehouse of all inputs that came out wrong, and of further inputs of the same kinds: built once, asked by every test.

Each fault of tests/fixtures/faults lies in a folder of its own below the inbox's `<source>/<format>/`; where a fault brings
a contract of its own, it is added to the project's. What is added to them here stands in tests/faults/more.py, kind by kind.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from pipelines.resources import ROOT
from tests.build import build
from tests.faults import more

FAULTS = ROOT / "tests" / "fixtures" / "faults"
AS_OF = "2026-06-10T10:00:00+02:00"
ALONE = {
    "F9_many_contracts",  # a question of the command line
}


def inbox_of_all(inbox: Path) -> None:
    """Every fault's inbox in one; ledgers keep their client and dossier, which no two faults share."""
    for fault in sorted(FAULTS.iterdir()):
        name = fault.name.split("_")[0]
        for path in sorted((fault / "inbox").rglob("*")):
            if not path.is_file() or fault.name in ALONE:
                continue
            source, format_, *deeper = path.relative_to(fault / "inbox").parts
            apart = [] if (source, format_) == ("history", "fec") else [name]
            target = inbox.joinpath(source, format_, *apart, *deeper)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def contract_of_all(contract: Path) -> None:
    """The project's own contract and the rows that the faults and more.py add to it."""
    shutil.copytree(ROOT / "data" / "contract", contract)
    for name, rows in more.CONTRACT.items():
        path = contract / name
        with path.open(encoding="utf-8", newline="") as file:
            names = next(csv.reader(file))
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, names, restval="").writerows(rows)


@pytest.fixture(scope="session")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working database of all of them, built by the first test process that asks."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "popen" in folder.name else folder) / "faults"
    with FileLock(f"{folder}.lock"):
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            inbox_of_all(folder / "inbox")
            contract_of_all(folder / "contract")
            more.write(folder / "inbox")
            build(folder / "inbox", folder / "work", datetime.fromisoformat(AS_OF), folder / "contract")
            (folder / "done").touch()
    return folder


@pytest.fixture(scope="module")
def con(faults: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(faults / "work" / "livret_work.duckdb"), read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        yield con

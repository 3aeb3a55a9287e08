"""Land an inbox and run the models over it, without Dagster: the quick way to a warehouse in tests and by hand.

python -m tests.build INBOX WORKDIR AS_OF [CONTRACT]
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from pipelines.contract import booklet
from pipelines.landing import ingestion, notices
from pipelines.landing.tables import SOURCES
from pipelines.resources import ROOT, WORK_DATABASE
from pipelines.warehouse import connections, dbt_project


def land(inbox: Path, work: Path, as_of: datetime, contract_folder: Path = ROOT / "data/contract") -> Path:
    """Contract and inbox into the working database in `work`; returns its path."""
    database = work / WORK_DATABASE
    with connections.writer(database) as con:
        ingestion.create(con)
        ingestion.start_run(con, "test", as_of.isoformat(), as_of.isoformat())
        booklet.write(con, booklet.load(contract_folder))
        engine = ingestion.Landing(con, inbox)
        for source in SOURCES:
            engine.ingest(source)
        engine.refuse_unknown()
        notices.gather(con)
    return database


def build(
    inbox: Path, work: Path, as_of: datetime, contract_folder: Path = ROOT / "data/contract", *selection: str
) -> Path:
    """Working database with all models built; raises AssertionError naming what dbt could not build."""
    database = land(inbox, work, as_of, contract_folder)
    outcomes = dbt_project.build(work, *selection)
    bad = [
        f"{outcome.unique_id}: {outcome.status} {outcome.message}"
        for outcome in outcomes
        if outcome.is_bad or outcome.status == "warn"
    ]
    assert not bad, "\n".join(bad)
    return database


if __name__ == "__main__":
    print(
        build(
            Path(sys.argv[1]),
            Path(sys.argv[2]),
            datetime.fromisoformat(sys.argv[3]),
            *map(Path, sys.argv[4:5]),
        )
    )

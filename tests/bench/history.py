"""Ledger lines to verdicts by entry and by dossier: `python -m tests.bench.history [LINES]` (default 5 million).

Writes seeded ledgers straight into landing, 2,600 lines to a dossier, builds the history models, then gives one more dossier its
lines and builds again. Prints wall and processor seconds, ratios to the floor (one scan of the same columns) and peak memory; asserts nothing.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import psutil

from pipelines.contract import booklet
from pipelines.landing import ingestion, ledgers
from pipelines.published import publication
from pipelines.resources import ROOT, WORK_DATABASE
from pipelines.warehouse import connections, dbt_project

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINES_OF_DOSSIER = 2_600
FLOOR = """
select dossier_key, count(*), sum(debit), sum(credit), sum(size_bytes)
from landing.movements where entry_on < date '2024-01-01' group by dossier_key
"""
# A third of the entries have three lines; sales and purchases are lettered with the payment, most within weeks. In one dossier of
# fifty some sales do not balance.
LEDGER = """
insert into landing.movements by name
with lines as (
    select dossier_key, line, line // 8 as block, line % 8 as place
    from range({first}, {last}) as dossiers (dossier_key), range({lines}) as numbered (line)
    where dossier_key is not null
),
told as (
    select
        *,
        block * 3 + case when place < 3 then 0 when place < 6 then 1 else 2 end as entry,
        case when place < 3 then 'VE' when place < 6 then 'AC' else 'BQ' end as journal_code,
        date '2018-01-01' + cast(block * 2920 // ({lines} // 8) as integer) as entry_on,
        cast(10 + hash(dossier_key, block) % 5000 as decimal(18, 2)) as amount
    from lines
)
select
    dossier_key::integer as dossier_key, (hash(dossier_key, line) >> 1)::bigint as movement_id,
    (hash(dossier_key, entry, 'e') >> 1)::bigint as entry_id,
    case when place in (0, 3, 6) and hash(dossier_key, block) % 20 > 0
        then (hash(dossier_key, block // 2, place % 6) >> 1)::bigint end as lettering_id,
    journal_code, entry::varchar as entry_number, 0::bigint as line_number,
    entry_on + case when place >= 6 then 20 else 0 end as entry_on,
    case place when 0 then '411000' when 1 then '707000' when 2 then '445710'
        when 3 then '401000' when 4 then '607000' when 5 then '445660' when 6 then '411000' else '512000' end as account,
    case place when 0 then amount when 4 then amount - 2 when 5 then 2 when 7 then amount else 0 end as debit,
    case place when 1 then amount - 2 when 2 then 2 when 3 then amount when 6 then amount else 0 end
        + case when dossier_key % 50 = 0 and place = 1 and block % 100 = 0 then 1 else 0 end as credit,
    'P' || entry as piece, case when place in (0, 3, 6) then 'AA' end as lettering,
    case when hash(dossier_key, entry) % 50 > 0 then date '2026-01-31' end as validated_on,
    110::bigint as size_bytes, line::bigint as line, {file}::integer as file_id
from told

"""


def fill(con: duckdb.DuckDBPyConnection, first: int, last: int, file_id: int) -> None:
    con.execute(
        "insert into landing.dossier_keys select range, 'client' || range % 500, 'dossier' || range from range(?, ?)",
        [first, last],
    )
    for start in range(first, last, 200):
        con.execute(
            LEDGER.format(first=start, last=min(start + 200, last), lines=LINES_OF_DOSSIER, file=file_id)
        )


def sum_up(con: duckdb.DuckDBPyConnection) -> None:
    """What every ingest does with the lines that came: part of reading them, not of judging them."""
    con.begin()
    ledgers.touch(con, "from landing.dossier_keys anti join landing.ledgers using (dossier_key)")
    ledgers.refresh(con)
    con.commit()


class Peak:
    """Largest resident memory of this process while the block runs, in GiB."""

    def __enter__(self) -> Peak:
        self.peak, self._stop = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._stop.wait(0.05):
            self.peak = max(self.peak, me.memory_info().rss / 2**30)

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def timed(what: str, work: Callable[[], object]) -> float:
    with Peak() as peak:
        start, used = time.perf_counter(), time.process_time()
        work()
        seconds, used = time.perf_counter() - start, time.process_time() - used
    print(f"{what:<50} {seconds:8.2f} s   processor {used:8.2f} s   peak {peak.peak:.2f} GiB", flush=True)
    return used


def build(work: Path) -> None:
    selection = ("--select", "path:models/staging/history", "path:models/intermediate/history", "history_purge_candidates",
                 "history_purge_entries", "--exclude-resource-type", "test")  # fmt: skip
    outcomes = dbt_project.build(work, *selection)
    bad = [outcome for outcome in outcomes if outcome.is_bad]
    assert not bad, bad[:2]
    slow = sorted(outcomes, key=lambda outcome: -outcome.seconds)[:8]
    print(
        "    " + ", ".join(f"{outcome.unique_id.split('.')[-1]} {outcome.seconds:.1f}" for outcome in slow),
        flush=True,
    )


def main(lines: int) -> None:
    work = Path(tempfile.mkdtemp(prefix="livret-history-"))
    try:
        database = work / WORK_DATABASE
        dossiers = lines // LINES_OF_DOSSIER
        with connections.writer(database) as con:
            ingestion.create(con)
            ingestion.start_run(con, "bench", AS_OF.isoformat(), AS_OF.isoformat())
            booklet.write(con, booklet.load(ROOT / "data/contract"))
            timed(
                f"seed {dossiers * LINES_OF_DOSSIER:,} lines in {dossiers:,} dossiers",
                lambda: fill(con, 1, dossiers + 1, 1),
            )
            timed("ingest: lines summed up by entry, once", lambda: sum_up(con))
        dbt_project.build(work, "--select", "+int_targets", "+int_terms", "+int_contracts", "stg_run", "stg_run__files", "path:models/staging/contract",
                     "path:models/staging/registry", "path:models/staging/holds", "--exclude-resource-type", "test")  # fmt: skip
        with connections.writer(database) as con:
            floor = timed("floor: one scan, counted by dossier", lambda: con.execute(FLOOR).fetchall())
        first = timed("verdicts of all entries, all dossiers new", lambda: build(work))
        (work / dbt_project._DIGEST).write_text(
            dbt_project._digest(dbt_project._CODE)
        )  # as a whole build would: summaries may be kept
        timed("publication of all", lambda: publication.publish(database, work / "published.duckdb"))
        again = timed("the same, nothing new", lambda: build(work))
        timed("publication, nothing new", lambda: publication.publish(database, work / "published.duckdb"))
        with connections.writer(database) as con:
            fill(con, dossiers + 1, dossiers + 2, 2)
            sum_up(con)
        one = timed("the same, one dossier more", lambda: build(work))
        timed(
            "publication, one dossier more", lambda: publication.publish(database, work / "published.duckdb")
        )
        print(
            f"ratio to the floor {first / floor:.1f}; one dossier more costs {one - again:.2f} s over nothing new"
        )
        with connections.writer(database) as con:
            for verdict, entries, counted in con.execute(
                "select verdict, sum(entries), sum(lines) from sla_marts.history_purge_candidates group by 1 order by 1"
            ).fetchall():
                print(f"    {verdict:<12} {entries:>12,} entries {counted:>12,} lines")
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000)

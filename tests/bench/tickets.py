"""Tickets to commitments: `python -m tests.bench.tickets [TICKETS]` (default 1 million).

Writes seeded tickets of two years straight into landing, builds the support models under the booklet's contract, and prints
seconds by model, the ratio to the floor (read and write the three columns ticket, registration, take-in-charge) and peak memory.
The cost of the calendar is printed apart: it does not grow with tickets. Asserts nothing.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import psutil

from pipelines import contract, landing, models, warehouse
from pipelines.resources import ROOT, WORK_DATABASE

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLIENTS = 5_000
# One ticket in ten is no support request, one in twenty an anomaly, one in fifty never taken; most are taken within two days.
TICKETS = """
insert into landing.tickets by name
select
    'T' || number as ticket_id,
    'client' || hash(number, 'c') % {clients} as client_id,
    'env' || hash(number, 'c') % {clients} as environment_id,
    'support' as channel,
    case hash(number, 'k') % 20 when 0 then 'anomaly' when 1 then 'usage_question' when 2 then 'paid_service'
        else 'incident' end as kind,
    case hash(number, 'p') % 10 when 0 then 'critical' when 1 then 'high' when 2 then 'high' else 'moderate' end as criticality,
    case when hash(number, 'k') % 20 = 0 then (hash(number, 'l') % 3 + 1)::varchar end as anomaly_level,
    created_at,
    created_at + to_seconds(30) as acknowledged_at,
    case when hash(number, 't') % 50 > 0 then created_at + to_seconds((hash(number, 'd') % 172800)::bigint) end as taken_in_charge_at,
    case when hash(number, 'k') % 20 = 0 then created_at + to_seconds(200000) end as qualified_at,
    case when hash(number, 'k') % 20 = 0 then created_at + to_seconds((200000 + hash(number, 'f') % 900000)::bigint) end
        as fix_or_workaround_at,
    created_at + to_seconds(2000000) as closed_at,
    'subject ' || number % 1000 as subject,
    number + 2 as line,
    1::integer as file_id
from (
    select
        number,
        timestamptz '2024-01-02 00:00:00+00' + to_seconds((hash(number, 'r') % 66000000)::bigint) as created_at
    from range({tickets}) as numbers (number)
)
"""
FLOOR = "create or replace table landing.floor as select ticket_id, created_at, taken_in_charge_at from landing.tickets"
SUPPORT = ("int_ticket", "ticket_commitments", "int_clock_working_days", "int_clients_contracts")


class Peak:
    """Largest resident memory of this process while the block runs, in GiB."""

    def __enter__(self) -> Peak:
        self.gib, self._done = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        process = psutil.Process()
        while not self._done.wait(0.05):
            self.gib = max(self.gib, process.memory_info().rss / 2**30)


def fill(con: duckdb.DuckDBPyConnection, tickets: int) -> None:
    con.execute(
        "insert into landing.environments by name select 'env' || n as environment_id, 'client' || n as client_id,"
        " 'quadra-expert-2023-09' as contract_id, 'production' as kind, date '2020-01-01' as opened_on,"
        " n + 2 as line, 1::integer as file_id from range(?) as numbers (n)",
        [CLIENTS],
    )
    con.execute(TICKETS.format(clients=CLIENTS, tickets=tickets))


def floor_s(con: duckdb.DuckDBPyConnection) -> float:
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        con.execute(FLOOR)
        best = min(best, time.perf_counter() - started)
    con.execute("drop table landing.floor")
    return best


def main(tickets: int) -> None:
    work = Path(tempfile.mkdtemp(prefix="livret-bench-"))
    try:
        with warehouse.writer(work / WORK_DATABASE) as con:
            landing.create(con)
            landing.start_run(con, "bench", AS_OF.isoformat(), AS_OF.isoformat())
            contract.write(con, contract.load(ROOT / "data/contract"))
            fill(con, tickets)
            floor = floor_s(con)
        for name in ("first build", "second build"):
            with Peak() as peak:
                outcomes = models.build(
                    work, "--select", "+ticket_commitments", "--exclude-resource-type", "test"
                )
            assert not any(outcome.is_bad for outcome in outcomes), [o.message for o in outcomes if o.is_bad]
            ours = {o.unique_id.rsplit(".", 1)[1]: o.seconds for o in outcomes}
            support = {model: s for model, s in ours.items() if model.startswith(SUPPORT)}
            total = sum(support.values())
            print(f"{name}: {tickets:,} tickets, floor {floor:.2f} s")
            for model, seconds in sorted(support.items(), key=lambda entry: -entry[1]):
                if seconds >= 0.02:
                    print(f"  {model:36} {seconds:7.2f} s")
            print(
                f"  support models {total:.2f} s = {total / floor:.1f} x floor; calendar and staging "
                f"{sum(ours.values()) - total:.2f} s; peak {peak.gib:.2f} GiB"
            )
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main(int(float(sys.argv[1])) if len(sys.argv) > 1 else 1_000_000)

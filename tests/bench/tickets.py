"""Tickets to commitments: `python -m tests.bench.tickets [TICKETS]` (default 1 million), `python -m tests.bench.tickets nights`.

Writes seeded tickets of two years straight into landing, builds the support models under the booklet's contract, judges a sample by
the oracle, and prints processor and wall seconds, peak memory and the ratio to two floors: reading and writing the three columns
that matter (ticket, registration, take-in-charge), and as many columns of the same types as the mart has. The cost of the calendar
does not grow with tickets. `nights`: 5,000 tickets more, with a month of such nights behind them and with a year. Asserts figures,
no times.
"""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import psutil

from pipelines.contract import booklet
from pipelines.landing import ingestion
from pipelines.resources import ROOT, WORK_DATABASE
from pipelines.warehouse import connections, dbt_project
from tests.oracles import business_time as oracle

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CLIENTS, SAMPLE = 5_000, 1_000
MONTH, YEAR, NIGHT = 30, 365, 5_000
FIRST, SPAN_S = datetime(2024, 1, 2, tzinfo=UTC), 66_000_000
# One ticket in ten is no support request, one in twenty an anomaly; most are taken within two days, some never: one in fifty, or on
# the nights one in a thousand, as a ticket that nobody takes stays open or is a mistake.
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
    case when hash(number, 't') % {never_taken} > 0 then created_at + to_seconds((hash(number, 'd') % 172800)::bigint) end as taken_in_charge_at,
    case when hash(number, 'k') % 20 = 0 then created_at + to_seconds(200000) end as qualified_at,
    case when hash(number, 'k') % 20 = 0 then created_at + to_seconds((200000 + hash(number, 'f') % 900000)::bigint) end
        as fix_or_workaround_at,
    case when hash(number, 'k') % 20 = 0 and hash(number, 'l') % 3 = 0
        then created_at + to_seconds((200000 + hash(number, 'f') % 200000)::bigint) end as action_plan_at,
    created_at + to_seconds({closed_s}) as closed_at,
    'subject ' || number % 1000 as subject,
    number + 2 as line,
    {file_id}::integer as file_id
from (
    select
        number,
        timestamptz '{first}' + to_seconds((hash(number, 'r') % {span_s})::bigint) as created_at
    from range({begin}, {end}) as numbers (number)
)
"""
WHOLE = {"never_taken": "50", "closed_s": "2000000"}
NIGHTS = {"never_taken": "1000", "closed_s": "(hash(number, 'z') % 864000)::bigint"}
FLOORS = {
    "floor: ticket, registration, take-in-charge": (
        "select ticket_id, created_at, taken_in_charge_at from landing.tickets"
    ),
    "floor: as many columns of the same types as the mart": """
        select
            environment_id as contract_id, client_id, environment_id, ticket_id, user_id, user_id as user_status, channel as commitment,
            criticality, criticality as criticality_given, channel, kind, created_at::timestamp::date as month, created_at,
            acknowledged_at, created_at as started_at, closed_at as due_at, taken_in_charge_at as done_at,
            line::decimal(18, 6) as allowed_s, line::decimal(18, 6) as elapsed_s, line::decimal(18, 6) as left_s,
            line::decimal(18, 6) as waited_s, null::decimal(18, 6) as awaiting_s, kind as outcome, not_covered_reason, kind as clause,
            channel as clock, channel as unit, line::decimal(18, 6) as value, not_covered_reason as file, line
        from landing.tickets""",
}
COMMITMENTS = {
    "due instant, time used and outcome": "select ticket_id, due_at, elapsed_s, outcome from ({mart})",
    "the whole mart": "select * from ({mart})",
}
SELECTION = ("--select", "+models/marts/support", "+int_ticket_record", "--exclude-resource-type", "test")
HOURS = {"critical": 4, "high": 6, "moderate": 8}


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


class Spent:
    """Processor and wall seconds of a block."""

    processor = wall = 0.0


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@contextmanager
def spent() -> Iterator[Spent]:
    found, processor, wall = Spent(), _processor(), time.perf_counter()
    yield found
    found.processor, found.wall = _processor() - processor, time.perf_counter() - wall


def register(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "insert into landing.environments by name select 'env' || n as environment_id, 'client' || n as client_id,"
        " 'quadra-expert-2023-09' as contract_id, 'production' as kind, date '2020-01-01' as opened_on,"
        " n + 2 as line, 1::integer as file_id from range(?) as numbers (n)",
        [CLIENTS],
    )


def fill(
    con: duckdb.DuckDBPyConnection,
    numbers: range,
    file_id: int,
    first: datetime,
    span_s: int,
    habits: dict[str, str],
) -> None:
    """Tickets of these numbers, registered within `span_s` of `first`, as one reading of a file."""
    con.execute(
        "insert into landing.files select ?, 'tickets', 'bench', ?, '', '', 0, 0, 0, 0, 0, 0, null, null, [], 'bench', ?",
        [file_id, f"tickets-{file_id}", AS_OF],
    )
    con.execute(
        TICKETS.format(
            clients=CLIENTS,
            begin=numbers.start,
            end=numbers.stop,
            file_id=file_id,
            first=first,
            span_s=span_s,
            **habits,
        )
    )


def build(work: Path, what: str, *, judged: range) -> Spent:
    """All support models through dbt, remembered as after a whole run; `judged`: how many tickets it must have judged."""
    with Peak() as peak, spent() as cost:
        outcomes = dbt_project.build(work, *SELECTION)
    assert not any(outcome.is_bad for outcome in outcomes), [o.message for o in outcomes if o.is_bad]
    dbt_project.finish(work)
    with duckdb.connect(str(work / WORK_DATABASE), read_only=True) as con:
        due = connections.number(con, "select count(*) from sla_intermediate.int_ticket_due")
    assert due in judged, f"{what}: {due:,} tickets judged, not {judged.start:,} to {judged.stop - 1:,}"
    _told(f"{what}, {due:,} tickets judged", cost, peak)
    return cost


def night(work: Path, days: int) -> Spent:
    """A night of tickets with so many nights behind it; they are closed within ten days."""
    first, behind = AS_OF - (days + 1) * DAY, NIGHT * days
    with started(work, AS_OF - DAY) as con:
        fill(con, range(behind), 1, first, days * 86_400, NIGHTS)
    build(work, f"{days} nights behind", judged=range(behind, behind + 1))
    with started(work, AS_OF) as con:
        fill(con, range(behind, behind + NIGHT), 2, AS_OF - DAY, 86_400, NIGHTS)
    # The night's own, and what was open or lay ahead the night before: closed within ten days, or never taken in charge.
    cost = build(work, f"{days} nights behind, the night", judged=range(NIGHT, 12 * NIGHT + behind // 500))
    verify(work)
    return cost


def bare(work: Path, tickets: int) -> None:
    """The mart's own SQL beside the floors, each written to the same file, while all tickets are due."""
    (path,) = work.glob("target/compiled/**/ticket_commitments.sql")
    mart = path.read_text(encoding="utf-8")
    queries = FLOORS | {name: query.format(mart=mart) for name, query in COMMITMENTS.items()}
    costs: list[Spent] = []
    with duckdb.connect(str(work / WORK_DATABASE)) as con:
        con.execute("set TimeZone = 'UTC'; set preserve_insertion_order = false; set threads = 2")
        commitments = connections.number(con, "select count(*) from sla_marts.ticket_commitments")
        assert commitments >= tickets
        for name, query in queries.items():
            tries = []
            for _ in range(3):
                with Peak() as peak, spent() as cost:
                    con.execute(f"create or replace table landing.bench as {query}")
                tries.append(cost)
            made = connections.number(con, "select count(*) from landing.bench")
            assert made == (tickets if name in FLOORS else commitments), f"{name}: {made:,} rows"
            costs.append(min(tries, key=lambda cost: cost.processor))
            _told(f"{name}, {made:,} rows", costs[-1], peak)
        con.execute("drop table landing.bench")
    narrow, wide, verdicts, whole = (cost.processor for cost in costs)
    print(
        f"  ratios of processor time: {verdicts / narrow:.1f} to the narrow floor, {whole / wide:.1f} to the wide one"
    )


def _told(name: str, cost: Spent, peak: Peak) -> None:
    print(
        f"  {name:76} {cost.processor:7.2f} s processor {cost.wall:7.2f} s wall, peak {peak.gib:.2f} GiB",
        flush=True,
    )


def verify(work: Path) -> None:
    """A sample against the oracle that walks the clock."""
    with duckdb.connect(str(work / WORK_DATABASE), read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        holidays = frozenset(
            day
            for (day,) in con.execute(
                "select day from sla_contract.holidays where holiday_calendar = 'fr-metropole'"
            ).fetchall()
        )
        rows = con.execute(
            "select criticality, created_at, done_at, clock_started_at, due_at, elapsed_s, outcome"
            " from sla_marts.ticket_commitments where commitment = 'take_in_charge' and allowed_s is not null"
            " order by hash(ticket_id) limit ?",
            [SAMPLE],
        ).fetchall()
    office = dict.fromkeys(range(1, 6), ((9 * 3600, 17 * 3600),))
    desk = oracle.Schedule("Europe/Paris", office, holidays, covers_until=date(2031, 1, 1))
    for criticality, created_at, done_at, *found in rows:
        allowed = timedelta(hours=HOURS[criticality])
        want = oracle.judge(desk, created_at, allowed, done_at, AS_OF)
        started_at, due_at, elapsed_s, outcome = found
        got = oracle.Judgement(
            started_at, due_at, allowed, timedelta(microseconds=int(elapsed_s * 1_000_000)), outcome
        )
        assert got == want, (criticality, created_at, done_at, got, want)
    print(f"  {len(rows):,} verdicts are those of the oracle")


@contextmanager
def started(work: Path, as_of: datetime) -> Iterator[duckdb.DuckDBPyConnection]:
    """The working database of a run that asks at `as_of`, to be filled."""
    with connections.writer(work / WORK_DATABASE) as con:
        is_new = not (work / "target").exists()
        ingestion.create(con)
        ingestion.start_run(con, "bench", as_of.isoformat(), as_of.isoformat())
        booklet.write(con, booklet.load(ROOT / "data/contract"))
        if is_new:
            register(con)
        yield con


def whole(work: Path, tickets: int) -> None:
    with started(work, AS_OF) as con:
        fill(con, range(tickets), 1, FIRST, SPAN_S, WHOLE)
    print(f"{tickets:,} tickets")
    build(work, "through dbt, first build", judged=range(tickets, tickets + 1))
    verify(work)
    bare(work, tickets)
    build(work, "through dbt, the same again", judged=range(1))


def nights(work: Path) -> None:
    month, year = (night(work / str(days), days) for days in (MONTH, YEAR))
    print(
        f"  a year behind it / a month: {year.processor / month.processor:.2f} processor, {year.wall / month.wall:.2f} wall"
    )


if __name__ == "__main__":
    scratch = Path(tempfile.mkdtemp(prefix="livret-bench-"))
    try:
        if sys.argv[1:2] == ["nights"]:
            nights(scratch)
        else:
            whole(scratch, int(float(sys.argv[1])) if len(sys.argv) > 1 else 1_000_000)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)

"""Checks to availability: `python -m tests.bench.availability [CHECKS | nights]` (default 10 million).

Seeded checks of one a minute per probe, with sparse outages, silences and copies. Measures ingest of a day from CSV and
from Parquet, the summaries, the models over all months (their SQL alone as well), and one day more with everything
stored; verifies a sample against the brute-force oracle. `nights`: the models of one night of 5,000 probes, with a year
of summaries behind it and with a month. Prints seconds, ratios to the floor (one scan of the same columns of the same
table) and to a plain pandas script, and peak memory; asserts figures, never times.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import psutil

from pipelines.contract import booklet
from pipelines.landing import ingestion, probe_days
from pipelines.resources import ROOT, WORK_DATABASE
from pipelines.warehouse import connections, dbt_project
from tests.oracles import availability as oracle

FIRST = datetime(2025, 7, 1, tzinfo=UTC)
BOOKLET = "quadra-expert-2023-09"
MARTS = ("monthly_availability", "monthly_availability_by_cause", "monthly_service_level", "outages")
SAMPLE = 3
FLOOR = """
select probe_key, count(*), min(checked_at), max(checked_at), count(*) filter (status = 'down')
from landing.checks group by probe_key
"""
# One check a minute, up to two seconds late; one probe day in 40 has an outage of up to 35 minutes, one in
# 500 two hours of silence, one check in 5,000 is lost.
CHECKS = """
with minutes as (
    select
        probe, minute, day,
        hash(probe * 100003 + day * 1447) as of_day,
        hash(probe * 7 + minute * 13 + day * 999983) as of_check
    from range({probes}) as probes (probe), range(1440) as minutes (minute),
        range({first}, {until}) as days (day)
)
select
    'env' || probe as environment_id, 'p' as probe_id,
    timestamptz '{origin}' + to_days(day::integer) + to_minutes(minute)
        + to_seconds((of_check % 3)::bigint) as checked_at,
    case
        when of_day % 40 = 0
            and minute between (of_day // 40) % 1400 and (of_day // 40) % 1400 + (of_day // 7) % 35
            then 'down'
        else 'up'
    end as status,
    60.0 as period_s, (100 + of_check % 50)::double as latency_ms, probe, day, minute
from minutes
where of_check % 5000 <> 0
    and not (of_day % 500 = 1 and minute between 600 and 719)
"""


class Peak:
    """Largest resident memory of this process while the block runs, in GiB."""

    def __enter__(self) -> Peak:
        self.gib = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def _watch(self) -> None:
        process = psutil.Process()
        while not self._done.wait(0.05):
            self.gib = max(self.gib, process.memory_info().rss / 2**30)

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


def timed(what: str, work: Callable[[], object], rows: int = 0) -> tuple[float, float]:
    """Run it; print and return wall and processor seconds."""
    with Peak() as peak:
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    rate = f"{rows / wall / 1e6:6.2f} M rows/s" if rows else ""
    print(f"{what:58} {wall:8.2f} s wall {cpu:8.2f} s cpu {peak.gib:5.2f} GiB {rate}", flush=True)
    return wall, cpu


def environments(probes: int) -> list[dict[str, str]]:
    return [
        {
            "environment_id": f"env{number}",
            "client_id": f"client{number // 3}",
            "contract_id": BOOKLET,
            "kind": "production",
            "opened_on": "2020-01-01",
        }
        for number in range(probes)
    ]


def begin(work: Path, probes: int, as_of: datetime) -> None:
    """An empty working database with contract, registry and run."""
    registry = work / "registry" / "registry" / "canonical"
    registry.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(environments(probes)).to_csv(registry / "environments.csv", index=False)
    with connections.writer(work / WORK_DATABASE) as con:
        ingestion.create(con)
        ingestion.start_run(con, "bench", as_of.isoformat(), as_of.isoformat())
        booklet.write(con, booklet.load(ROOT / "data/contract"))
        ingestion.Landing(con, work / "registry").ingest("registry")


def fill(con: duckdb.DuckDBPyConnection, probes: int, days: int) -> None:
    """Raw checks straight into landing, day by day, as ingest would leave them."""
    con.execute("insert into landing.probes select range + 1, 'env' || range, 'p' from range(?)", [probes])
    for day in range(days):
        con.execute(
            f"""
            insert into landing.checks by name
            select probe::integer + 1 as probe_key, checked_at, status, period_s, latency_ms, 0 as sequence,
                row_number() over () as line, 1 as file_id
            from ({query(probes, day, day + 1)}) order by probe_key, checked_at
            """
        )
    probe_days.touch(con, "select probe_key, checked_at from landing.checks")


def query(probes: int, first: int, until: int) -> str:
    return CHECKS.format(probes=probes, first=first, until=until, origin=FIRST.isoformat())


def write_day(path: Path, probes: int, day: int) -> None:
    """A day's checks as a file, 0.25 % of them twice, in the order in which they were made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    checked_at = "checked_at"
    if path.suffix == ".csv":
        checked_at = "strftime(checked_at, '%Y-%m-%dT%H:%M:%SZ') as checked_at"
    found = query(probes, day, day + 1)
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        con.execute(
            f"""
            copy (
                select environment_id, probe_id, {checked_at}, status, period_s, latency_ms
                from (
                    select * from ({found})
                    union all
                    select * from ({found}) where hash(probe, minute) % 400 = 0
                )
                order by minute, probe
            ) to '{path}'
            """
        )


def ingest(work: Path, inbox: Path) -> None:
    with connections.writer(work / WORK_DATABASE) as con:
        counts = ingestion.Landing(con, inbox).ingest("monitoring")
        assert counts.rows_in == counts.accepted + counts.duplicate
        assert counts.rejected == 0


def build(work: Path, is_same: bool = False) -> None:
    """All models of the marts, as a run builds them; `is_same`: after a run of the same code, so that views stand."""
    selection = ["--select", *(f"+{mart}" for mart in MARTS), "int_availability_record"]
    standing = ["--exclude", "config.materialized:view"] if is_same else []
    outcomes = dbt_project.build(work, *selection, "--exclude-resource-type", "test", *standing)
    bad = [(outcome.unique_id, outcome.message) for outcome in outcomes if outcome.is_bad]
    assert not bad, bad


def sql_alone(work: Path) -> None:
    """The SQL of the same models, in the same order, without dbt around it."""
    folder = work / "target" / "compiled" / "livret" / "models"
    paths = {path.stem: path for path in folder.rglob("*.sql") if "staging" not in path.parts}
    with connections.writer(work / WORK_DATABASE) as con:
        tables = con.execute(
            "select table_name from duckdb_tables() where schema_name in ('sla_intermediate', 'sla_marts')"
        ).fetchall()
        for (name,) in tables:
            if name in paths:
                con.execute(
                    f"create or replace temp table built as {paths[name].read_text(encoding='utf-8')}"
                )


def pandas_from_store(work: Path) -> None:
    """What a plain script does over our table, which is keyed by number: order, shift, sum the downtime of each probe and month."""
    with duckdb.connect(str(work / WORK_DATABASE), read_only=True) as con:
        frame = con.execute("select probe_key, checked_at, status from landing.checks").df()
    _downtime(frame, ["probe_key"])


def pandas_from_file(path: Path) -> None:
    """The same over a file of checks as a monitoring tool gives them, by the names of environment and probe."""
    _downtime(pd.read_parquet(path), ["environment_id", "probe_id"])


def _downtime(frame: pd.DataFrame, probe: list[str]) -> None:
    frame = frame.sort_values([*probe, "checked_at"])
    frame["until"] = frame.groupby(probe)["checked_at"].shift(-1)
    frame["held"] = (frame["until"] - frame["checked_at"]).clip(upper=pd.Timedelta(seconds=180))
    down = frame[frame["status"] == "down"]
    down.groupby([*(down[name] for name in probe), down["checked_at"].dt.month])["held"].sum()


def write_checks(work: Path, path: Path) -> None:
    """All stored checks as one file, by names, in the order in which they were made."""
    with duckdb.connect(str(work / WORK_DATABASE), read_only=True) as con:
        con.execute(
            f"copy (select environment_id, probe_id, checked_at, status::varchar as status from landing.checks"
            f" inner join landing.probes using (probe_key) order by checked_at, probe_key) to '{path}'"
        )


def verify(work: Path, as_of: datetime) -> int:
    """Months of a few environments, the oracle against the mart, to the microsecond; returns how many."""
    with duckdb.connect(str(work / WORK_DATABASE), read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        picked = [
            row[0]
            for row in con.execute(
                "select environment_id from sla_marts.outages group by 1"
                " order by sum(counted_s) desc, 1 limit ?",
                [SAMPLE],
            ).fetchall()
        ]
        checks = con.execute(
            "select environment_id, probe_id, strftime(checked_at, '%Y-%m-%dT%H:%M:%S+00:00'), status"
            " from landing.checks inner join landing.probes using (probe_key) where environment_id in ?",
            [picked],
        ).fetchall()
        found = con.execute(
            "select environment_id, month::varchar, reference_s, unobserved_s, unavailable_s, counted_s,"
            " verdict from sla_marts.monthly_availability where environment_id in ?",
            [picked],
        ).fetchall()
    names = ("environment_id", "probe_id", "checked_at", "status")
    rows = oracle.read_world(work / "nothing", ROOT / "data/contract").contract
    world = oracle.World(
        [row for row in environments(100_000) if row["environment_id"] in picked],
        [{**dict(zip(names, row, strict=True)), "period_s": "60"} for row in checks],
        contract=rows,
    )
    expected = oracle.availability(world, as_of)
    for environment, month, *figures, verdict in found:
        want = expected[environment, month]
        wanted = (want.reference, want.unobserved, want.unavailable, want.counted)
        got = tuple(int(figure * oracle.SECOND) for figure in figures)
        assert (got, verdict) == (wanted, want.verdict), (environment, month, got, wanted)
    return len(found)


def run(folder: Path, checks: int) -> None:
    days = 30 if checks <= 20_000_000 else 100
    probes = max(1, round(checks / 1440 / days))
    as_of = FIRST + timedelta(days=days)
    stored, empty = folder / "stored", folder / "empty"
    print(f"{probes} probes x {days} days x 1,440 checks; {psutil.cpu_count()} processors")

    # ---- ingest of one day, real path: read, validate, merge, account, summarise
    for number, ending in enumerate(("csv", "parquet")):
        size = max(probes, 700)
        work = folder / f"ingest-{ending}"
        begin(work, size, as_of)
        write_day(work / "inbox" / "monitoring" / "canonical" / f"day.{ending}", size, number)
        timed(
            f"ingest of {size * 1440:,} checks from {ending}",
            lambda w=work: ingest(w, w / "inbox"),
            size * 1440,
        )
        shutil.rmtree(work)

    # ---- all months from stored checks
    begin(stored, probes, as_of)
    with connections.writer(stored / WORK_DATABASE) as con:
        timed(f"(fill) {checks:,} checks", lambda: fill(con, probes, days), checks)
        con.execute("checkpoint")
        con.execute(FLOOR).fetchall()
        _, floor = timed("floor: one scan of key, instant, status", lambda: con.execute(FLOOR).fetchall())
        con.begin()
        _, summarised = timed("summarise every probe day anew", lambda: probe_days.refresh(con), checks)
        con.commit()
        runs = con.execute("select count(*) from landing.probe_runs").fetchall()[0][0]
    dbt_project.manifest()
    build(stored)  # the first dbt run of a process writes its own code
    timed("models, all months (with dbt's start)", lambda: build(stored))
    _, sql = timed(f"  their SQL alone, from {runs:,} summary rows", lambda: sql_alone(stored))
    for what, seconds in (
        ("summaries", summarised),
        ("SQL of the models", sql),
        ("summaries + SQL", summarised + sql),
    ):
        print(f"{f'  {what} / floor, cpu':58} {seconds / floor:8.1f}")
    dbt_project.finish(stored)
    print(f"{'verified against the oracle':58} {verify(stored, as_of):8d} months of {SAMPLE} environments")
    if checks <= 20_000_000:
        write_checks(stored, folder / "checks.parquet")
        for name, work in (
            ("pandas script over our table", lambda: pandas_from_store(stored)),
            ("pandas script over a file of names", lambda: pandas_from_file(folder / "checks.parquet")),
        ):
            _, script = timed(name, work)
            print(f"{'  against SQL of the models, cpu':58} {script / sql:8.1f}")
            print(f"{'  against summaries + SQL, cpu':58} {script / (summarised + sql):8.1f}")

    # ---- one day more, with everything stored and into an empty warehouse
    later = as_of + timedelta(days=1)
    begin(empty, probes, later)
    write_day(folder / "inbox" / "monitoring" / "canonical" / "one-more.csv", probes, days)
    with connections.writer(stored / WORK_DATABASE) as con:
        ingestion.start_run(con, "bench", later.isoformat(), later.isoformat())
    build(empty)
    dbt_project.finish(empty)

    def day(work: Path) -> None:
        ingest(work, folder / "inbox")
        build(work, is_same=True)

    alone, alone_cpu = timed(
        f"one day ({probes * 1440:,} checks) into an empty warehouse", lambda: day(empty)
    )
    more, more_cpu = timed("the same day with everything stored", lambda: day(stored))
    print(f"{'  stored / empty, wall and cpu':58} {more / alone:8.2f} {more_cpu / alone_cpu:8.2f}")
    print(f"{'verified against the oracle':58} {verify(stored, later):8d} months of {SAMPLE} environments")


# A row a day for a probe without trouble, three for one day in 40.
SUMMARIES = """
insert into landing.probe_runs
with days as (
    select probe + 1 as probe_key, date '{origin}' + day::integer as day, hash(probe * 100003 + day * 1447) as dice
    from range({probes}) as probes (probe), range({first}, {until}) as days (day)
),
runs as (
    select *, 'up' as state, 0 as first, if(dice % 40 = 0, 299 + (dice // 40) % 400, 1439) as last from days
    union all
    select *, 'down', 300 + (dice // 40) % 400, 300 + (dice // 40) % 400 + (dice // 7) % 35 from days where dice % 40 = 0
    union all
    select *, 'up', 301 + (dice // 40) % 400 + (dice // 7) % 35, 1439 from days where dice % 40 = 0
)
select
    probe_key, day, state, day::timestamptz + to_minutes(first::bigint), day::timestamptz + to_minutes(last::bigint),
    last - first + 1, 60000000, if(last > first, 120000000, 0), 1, first + 2, 1, last + 2, 1
from runs order by day, probe_key, first
"""


def nights(folder: Path, probes: int = 5_000) -> None:
    """The models of one night, with a year and with a month of summaries behind it."""
    seconds = []
    for days in (31, 365):
        work = folder / str(days)
        begin(work, probes, FIRST + timedelta(days=days))
        for first, until in ((0, days), (days, days + 1), (days + 1, days + 2)):
            with connections.writer(work / WORK_DATABASE) as con:
                if first == 0:
                    names = "insert into landing.probes select range + 1, 'env' || range, 'p' from range(?)"
                    con.execute(names, [probes])
                con.execute(
                    SUMMARIES.format(probes=probes, first=first, until=until, origin=FIRST.date().isoformat())
                )
                asked = (FIRST + timedelta(days=until)).isoformat()
                ingestion.start_run(con, "bench", asked, asked)
            what = f"one night more after {days} days" if first else f"all of {days} days"
            seconds.append(timed(what, lambda w=work, f=first: build(w, is_same=f > 0))[1])
            dbt_project.finish(work)
    print(f"{'  a year behind it / a month, cpu':58} {seconds[5] / seconds[2]:8.2f}")


def main() -> None:
    asked = sys.argv[1] if len(sys.argv) > 1 else "10_000_000"
    folder = Path(tempfile.mkdtemp(prefix="livret-bench-"))
    try:
        if asked == "nights":
            nights(folder)
        else:
            run(folder, int(asked.replace("_", "")))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

"""A normal night as a whole: `python -m tests.bench.night [ENVIRONMENTS]` (default 5,000).

`livret run` itself, in a process of its own, over a night's files: a check a minute of every environment, as many tickets as there are
environments, and a listing of both backup places; once with a month behind it and once with a year. What lies behind is written straight
into landing (checks as summaries by day, as ingest leaves them, their rows for the last two days only), then one night goes through
untimed, so that the timed one finds a warehouse in use. Prints wall and processor seconds and peak memory; asserts that every row was
taken and that figures are there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from pipelines.contract import booklet
from pipelines.landing import backup_points, ingestion, probe_days
from pipelines.resources import ROOT, settings
from pipelines.warehouse import connections
from tests.bench.availability import SUMMARIES

AS_OF = datetime(2026, 3, 31, 7, tzinfo=UTC)
MONTH, YEAR, KEPT, RAW_DAYS = 30, 365, 45, 2
DAY = timedelta(days=1)

# A night's own rows; `night` counts from the first one behind.
CHECKS = """
select 'env' || probe as environment_id, 'p' as probe_id,
    timestamptz '{day}' + to_minutes(minute) + to_seconds((hash(probe, minute) % 3)::bigint) as checked_at,
    case when hash(probe, '{day}') % 40 = 0 and minute between 600 and 620 then 'down' else 'up' end as status,
    60.0 as period_s, 120.0 as latency_ms
from range({environments}) as probes (probe), range(1440) as minutes (minute)
"""
TICKETS = """
select 'T-{day}-' || number as ticket_id, 'client' || hash(number, '{day}') % {environments} as client_id,
    'support' as channel, 'incident' as kind,
    ['critical', 'high', 'moderate'][(hash(number) % 3 + 1)::integer] as criticality,
    timestamptz '{day}' + to_seconds((hash(number, 'r') % 86400)::bigint) as created_at,
    timestamptz '{day}' + to_seconds((hash(number, 'r') % 86400 + hash(number, 't') % 14400)::bigint) as taken_in_charge_at,
    timestamptz '{day}' + to_days((hash(number, 'c') % 10 + 2)::integer) as closed_at
from range({environments}) as numbers (number)
"""
# What the listing of the morning after `day` shows: the last nights, one point each.
POINTS = """
select 'repository-' || environment || '-' || site as repository_id, 'site-' || site as place,
    timestamptz '{day}' + interval 30 hour as listed_at, 'env' || environment as environment_id, 'data' as content,
    md5(environment || '-' || site || '-' || (timestamptz '{day}' - to_days(back::integer))) as point_id,
    timestamptz '{day}' + interval 22 hour - to_days(back::integer)
        + to_seconds((hash(environment, site, back) % 20000)::bigint) as started_at
from range({environments}) as e (environment), range(2) as s (site), range({nights}) as n (back)
"""
# Points of all nights behind, as weekly listings left them.
KEYS = """
insert into landing.point_keys by name
select row_number() over () as point_key, repository_id, environment_id, content, point_id from ({points})
"""
LISTED = """
insert into landing.points by name
select
    keys.point_key, points.place, listed.listed_at, points.started_at, row_number() over () as line, 1 as file_id
from ({points}) as points
inner join landing.point_keys as keys using (repository_id, environment_id, content, point_id)
inner join (
    select timestamptz '{day}' + interval 30 hour - to_days((week * 7)::integer) as listed_at from range({nights} // 7 + 1) as w (week)
) as listed on listed.listed_at > points.started_at and listed.listed_at < points.started_at + interval {kept} day
"""
LISTINGS = """
insert into landing.listings by name
select distinct point_keys.repository_id, points.place, points.listed_at, 45 as points, true as is_complete, 1 as line, 1 as file_id
from landing.points inner join landing.point_keys using (point_key)
"""


def behind(work: Path, database: Path, environments: int, days: int) -> None:
    """A working database of `days` nights, the last one of them not read yet."""
    day = (AS_OF - 2 * DAY).date()
    names = {"environments": environments, "day": day, "kept": KEPT}
    registry = work / "inbox" / "registry" / "canonical"
    registry.mkdir(parents=True)
    with duckdb.connect() as con:
        con.execute(
            f"""
            copy (
                select 'env' || n as environment_id, 'client' || n as client_id, 'quadra-expert-2023-09' as contract_id,
                    'production' as kind, date '{AS_OF.date() - timedelta(days=days)}' as opened_on
                from range({environments}) as numbers (n)
            ) to '{registry / "environments.csv"}'
            """
        )
    with connections.writer(database) as con:
        ingestion.create(con)
        ingestion.start_run(con, "bench", AS_OF.isoformat(), AS_OF.isoformat())
        booklet.write(con, booklet.load(ROOT / "data/contract"))
        con.execute(
            "insert into landing.files select nextval('landing.file_ids'), 'backups', 'bench', 'behind', '', '', 0, 0, 0, 0, 0, 0,"
            " null, null, [], 'bench', ?",
            [AS_OF],
        )
        con.execute(
            "insert into landing.probes select range + 1, 'env' || range, 'p' from range(?)", [environments]
        )
        first = AS_OF.date() - timedelta(days=days)
        con.execute(SUMMARIES.format(probes=environments, first=0, until=days - 1, origin=first))
        for back in range(RAW_DAYS):
            checks = CHECKS.format(environments=environments, day=day - back * DAY)
            con.execute(
                f"insert into landing.checks by name select probes.probe_key, checked_at, status, period_s, latency_ms, 0 as sequence,"
                f" row_number() over () + 1 as line, 1 as file_id from ({checks}) inner join landing.probes"
                f" using (environment_id, probe_id) order by probe_key, checked_at"
            )
        for back in range(days - 1):
            tickets = TICKETS.format(environments=environments, day=day - back * DAY)
            con.execute(
                f"insert into landing.tickets by name select *, 2 as line, 1 as file_id from ({tickets})"
            )
        points = POINTS.format(**names, nights=days - 1)
        con.execute(KEYS.format(points=points))
        con.execute(LISTED.format(points=points, nights=days - 1, **names))
        con.execute(LISTINGS)
        con.begin()
        backup_points.refresh(con)
        probe_days.refresh(con)
        con.commit()


def deliver(inbox: Path, environments: int, day: object) -> None:
    """The files of one night."""
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        for name, query in (
            (f"monitoring/canonical/checks-{day}.parquet", CHECKS + " order by minute, probe"),
            (f"tickets/canonical/tickets-{day}.parquet", TICKETS),
            (f"backups/canonical/points-{day}.parquet", POINTS),
        ):
            path = inbox / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = query.format(environments=environments, day=day, nights=KEPT)
            con.execute(f"copy ({text}) to '{path}'")


def run(work: Path, as_of: datetime) -> tuple[float, float, float]:
    """`livret run`; wall seconds, processor seconds, peak GiB."""
    command = [Path(sys.executable).with_name("livret"), "run", "--quiet", "--inbox", work / "inbox"]
    command += [
        "--as-of",
        as_of.isoformat(),
        "--warehouse",
        work / "livret.duckdb",
        "--reports",
        work / "reports",
    ]
    began = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), cwd=ROOT)
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, "livret run failed"
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20


def night(folder: Path, environments: int, days: int) -> tuple[float, float, float]:
    work = folder / str(days)
    work.mkdir()
    place = settings(now=AS_OF, warehouse=work / "livret.duckdb", environment={})
    behind(work, place.work_database, environments, days)
    for back in (1, 0):
        as_of = AS_OF - back * DAY
        deliver(work / "inbox", environments, (as_of - DAY).date())
        took = run(work, as_of)
        what = "the first run, all from nothing" if back else "the night"
        print(
            f"{days} days behind, {what}: {took[0]:.1f} s wall, {took[1]:.1f} s processor, peak {took[2]:.2f} GiB",
            flush=True,
        )
    verify(work, environments)
    shutil.rmtree(work)
    return took


def verify(work: Path, environments: int) -> None:
    """Every row of the night was taken, and each environment has its figures."""
    with duckdb.connect(str(work / "livret.duckdb"), read_only=True) as con:
        files = con.execute(
            "select rows_in, rows_rejected from sla_marts.input_files where name like '%-2026-03-30.%' order by rows_in"
        ).fetchall()
        assert files == [(rows * environments, 0) for rows in (1, 2 * KEPT, 1440)], files
        for mart in ("monthly_availability", "backup_coverage"):
            (found,) = con.execute(f"select count(distinct environment_id) from sla_marts.{mart}").fetchall()[
                0
            ]
            assert found == environments, (mart, found)


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    scratch = Path(tempfile.mkdtemp(prefix="livret-bench-"))
    try:
        month, year = (night(scratch, number, days) for days in (MONTH, YEAR))
        print(
            f"  a year behind it / a month, wall and processor: {year[0] / month[0]:.2f} {year[1] / month[1]:.2f}"
        )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)

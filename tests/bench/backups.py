"""Listings to nights, coverage and retention: `python -m tests.bench.backups [ENVIRONMENTS [DAYS_BETWEEN_LISTINGS]]`.

Writes seeded catalogues of 400 nights straight into landing: every environment in two repositories, kept 45 days, listed
every week (5,000 environments: 4 million points, 24 million rows of listings) or as often as told. Builds the backup
models under the booklet's contract, lists every repository once more, builds again and publishes; then does the night again
with a month in place of a year behind the nights that are kept. Prints wall and processor seconds, those of the models' SQL
apart from dbt's own, ratios to the floor (one aggregate over the two columns that every figure needs) and peak memory.
Asserts figures, never times.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import psutil

from pipelines.contract import booklet
from pipelines.landing import backup_points, ingestion
from pipelines.published import publication
from pipelines.resources import ROOT, WORK_DATABASE
from pipelines.warehouse import connections, dbt_project

AS_OF = datetime(2026, 3, 31, 7, tzinfo=UTC)
NIGHTS, KEPT = 400, 45
A_MONTH = KEPT + 31
KEYS = """
insert into landing.point_keys by name
select
    ({nights} - 1 - night) * {environments} * 2 + environment * 2 + site as point_key,
    'repository-' || environment || '-' || site as repository_id,
    'environment-' || environment as environment_id,
    'data' as content,
    md5(environment || '-' || site || '-' || night) as point_id
from range({environments}) as e(environment), range(2) as s(site), range({nights}) as n(night)
where hash(environment, site, night) % 200 > 0
"""
# Keys are given in order of arrival. Night 0 is the latest. A listing on day d shows the nights d to d + 44, as they were pruned after 45 days.
POINTS = """
insert into landing.points by name
select
    keys.point_key,
    case keys.point_key % 2 when 0 then 'site-a' else 'site-b' end as place,
    timestamptz '2026-03-31 06:00:00+00' - to_days((listing * {step})::integer) as listed_at,
    timestamptz '2026-03-30 22:00:00+00' - to_days(keys.night::integer)
        + to_seconds((hash(keys.point_key) % 20000)::bigint) as started_at,
    listing::bigint as line,
    1 as file_id
from (select point_key, {nights} - 1 - point_key // ({environments} * 2) as night from landing.point_keys) as keys,
    range({nights} // {step}) as l(listing)
where keys.night between listing * {step} and listing * {step} + {kept} - 1
"""
LISTINGS = """
insert into landing.listings by name
select
    'repository-' || environment || '-' || site as repository_id,
    case site when 0 then 'site-a' else 'site-b' end as place,
    timestamptz '2026-03-31 06:00:00+00' - to_days((listing * {step})::integer) as listed_at,
    {kept} as points, true as is_complete, 1 as line, 1 as file_id
from range({environments}) as e(environment), range(2) as s(site), range({nights} // {step}) as l(listing)
"""
FILE = """
insert into landing.files by name
select 1 as file_id, 'backups' as source, 'bench' as format, 'bench' as name, '' as sha256, '' as settings_digest,
    0 as size_bytes, 0 as modified_ns, 0 as rows_in, 0 as rows_accepted, 0 as rows_duplicate, 0 as rows_rejected,
    [] as notes, 'bench' as run_id, timestamptz '2026-03-31 07:00:00+00' as loaded_at
"""
ENVIRONMENTS = """
insert into landing.environments by name
select
    'environment-' || number as environment_id, 'client-' || number as client_id,
    'quadra-expert-2023-09' as contract_id, 'production' as kind, date '2020-01-01' as opened_on, 1 as line, 1 as file_id
from range({environments}) as e(number)
"""
# The next morning every repository is listed again: what was there, less the oldest night, and a new point.
ONE_MORE = """
insert into landing.files by name select * replace (2 as file_id, 'bench-2' as name) from landing.files;
insert into landing.point_keys by name
select
    (select max(point_key) from landing.point_keys) + row_number() over () as point_key, repository_id, environment_id,
    'data' as content, md5(repository_id) as point_id
from (select distinct repository_id, environment_id from landing.point_keys);
insert into landing.points by name
select point_key, '-' as place, as_of + interval 23 hour as listed_at, restore_points.started_at, 1 as line, 2 as file_id
from landing.restore_points, landing.run
where missing_listed_at is null and restore_points.started_at >= as_of - interval 45 day
union all by name
select point_key, '-' as place, as_of + interval 23 hour as listed_at, as_of + interval 16 hour as started_at, 1 as line,
    2 as file_id
from landing.point_keys anti join landing.restore_points using (point_key), landing.run;
insert into landing.listings by name
select distinct on (repository_id) * replace (listed_at + interval 1 day as listed_at, 2 as file_id)
from landing.listings order by repository_id, listed_at desc
"""
# Every thousandth point, from all that its repository's listings say.
LOOKED_UP = """
with shown as (
    select point_key, min(listed_at) as first_at, max(listed_at) as last_at, any_value(started_at) as started_at
    from landing.points where point_key % 1000 = 0 group by point_key
),
missed as (
    select shown.point_key, min(listings.listed_at) as missing_at
    from shown
    inner join landing.point_keys using (point_key)
    inner join landing.listings on listings.repository_id = point_keys.repository_id and listings.listed_at > shown.last_at
    group by shown.point_key
)
select shown.*, told.*
from shown
left join missed using (point_key)
left join sla_marts.backup_point_retention as told using (point_key)
where (told.first_listed_at, told.last_listed_at) is distinct from (shown.first_at, shown.last_at)
    or told.missing_listed_at is distinct from missed.missing_at
    or told.night_on is distinct from (timezone('Europe/Paris', shown.started_at) - interval 12 hour)::date
    or told.required_until is distinct from told.night_on + 45
    or told.verdict is distinct from case
        when missing_at is null then 'present'
        when timezone('Europe/Paris', missing_at)::date <= told.required_until then 'expired_early'
        when timezone('Europe/Paris', last_at)::date >= told.required_until then 'expired_on_time'
        else 'undecidable'
    end
"""
FLOOR = "select count(*), sum(length) from (select point_key, max(epoch_us(listed_at)) as length from landing.points group by 1)"


class Peak(threading.Thread):
    """Largest resident memory of this process while it runs."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.bytes = 0
        self._over = threading.Event()

    def run(self) -> None:
        process = psutil.Process()
        while not self._over.wait(0.05):
            self.bytes = max(self.bytes, process.memory_info().rss)

    def stop(self) -> int:
        self._over.set()
        self.join()
        return self.bytes


@dataclass(frozen=True)
class Took:
    """Seconds on the clock and of processors."""

    wall: float
    processor: float

    def __str__(self) -> str:
        return f"{self.wall:.1f} s, processor {self.processor:.1f} s"


def timed(work: Callable[[], object]) -> Took:
    began, used = time.perf_counter(), time.process_time()
    work()
    return Took(time.perf_counter() - began, time.process_time() - used)


def prepare(database: Path, environments: int, step: int, nights: int) -> None:
    """Catalogues of `environments` environments over so many nights, listed every `step` days."""
    with connections.writer(database) as con:
        ingestion.create(con)
        ingestion.start_run(con, "bench", AS_OF.isoformat(), AS_OF.isoformat())
        booklet.write(con, booklet.load(ROOT / "data/contract"))
        con.execute(FILE)
        for statement in (KEYS, POINTS, LISTINGS, ENVIRONMENTS):
            con.execute(statement.format(environments=environments, nights=nights, step=step, kept=KEPT))
        print(f"points summed up over all listings: {timed(lambda: summarise(con))}")


def summarise(con: duckdb.DuckDBPyConnection) -> None:
    con.begin()
    backup_points.refresh(con)
    con.commit()


def build(work: Path, what: str, floor: Took, *, is_same: bool) -> Took:
    """Build the backup models as a run does; `is_same`: after a run of the same code, so that views stand. Returns what
    their SQL took without dbt around it."""
    standing = ["--exclude", "config.materialized:view"] if is_same else []
    selection = ["--select", "path:models/*/backups", "--resource-type", "model", *standing]
    peak = Peak()
    peak.start()
    outcomes: list[dbt_project.Outcome] = []
    whole = timed(lambda: outcomes.extend(dbt_project.build(work, *selection)))
    highest = peak.stop()
    bad = [f"{outcome.unique_id}: {outcome.message}" for outcome in outcomes if outcome.is_bad]
    assert not bad, "\n".join(bad)
    sql = timed(lambda: sql_alone(work))
    dbt_project.finish(work)  # as a run does: rows kept stand for the next
    for outcome in sorted(outcomes, key=lambda outcome: -outcome.seconds)[:6]:
        print(f"{outcome.seconds:8.2f} s  {outcome.unique_id.removeprefix('model.livret.')}")
    print(f"{what}: {whole}, peak {highest / 2**30:.2f} GiB")
    print(f"{what}, SQL alone: {sql}, {sql.processor / floor.processor:.1f} x the floor by processor")
    return sql


def sql_alone(work: Path) -> None:
    """The SQL of the same models, in the same order, before what they saw is remembered."""
    folder = work / "target" / "compiled" / "livret" / "models"
    paths = {path.stem: path for path in folder.rglob("*.sql") if path.parent.name == "backups"}
    with connections.writer(work / WORK_DATABASE) as con:
        tables = con.execute(
            "select table_name from duckdb_tables() where schema_name in ('sla_intermediate', 'sla_marts')"
        ).fetchall()
        for name in (name for (name,) in tables if name in paths):
            con.execute(f"create or replace temp table built as {paths[name].read_text(encoding='utf-8')}")


def measure(work: Path, environments: int, step: int, nights: int) -> Took:
    """One record of so many nights, and the night after it. Returns what that night's SQL took."""
    database = work / WORK_DATABASE
    prepare(database, environments, step, nights)
    with duckdb.connect(str(database)) as con:
        (keys,), (shown,) = con.execute(
            "select count(*) from landing.point_keys union all select count(*) from landing.points"
        ).fetchall()
        floor = timed(lambda: con.execute(FLOOR).fetchall())
    print(f"{environments} environments, {keys} points, {shown} rows of listings; floor: {floor}")
    dbt_project.build(work, "--select", "+path:models/intermediate/calendar", "path:models/staging")
    print(
        f"dbt with one small model: {timed(lambda: dbt_project.build(work, '--select', 'int_backup_promises'))}"
    )
    build(work, "all models, from nothing", floor, is_same=False)
    verify(database)
    with connections.writer(database) as con:
        con.execute("set TimeZone = 'UTC'")
        con.execute(ONE_MORE)
        con.execute("update landing.run set as_of = as_of + interval 1 day")
        print(f"one more daily listing of every repository: {timed(lambda: summarise(con))}")
    night = build(work, "all models, the night after", floor, is_same=True)
    verify(database)
    print(f"publishing them: {timed(lambda: publication.publish(database, work / 'published.duckdb'))}")
    return night


def verify(database: Path) -> None:
    """Nights and verdicts of a few environments, looked up one by one from the raw listings."""
    with duckdb.connect(str(database), read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        wrong = con.execute(LOOKED_UP).fetchall()
    assert not wrong, f"{len(wrong)} points are told otherwise: {wrong[:3]}"


if __name__ == "__main__":
    folder = Path(tempfile.mkdtemp(prefix="livret-bench-"))
    try:
        given = [int(text) for text in sys.argv[1:3]]
        environments, step = given + [5_000, 7][len(given) :]
        year = measure(folder / "year", environments, step, NIGHTS)
        print(f"-- {A_MONTH} nights in place of {NIGHTS}")
        month = measure(folder / "month", environments, step, A_MONTH)
        print(f"SQL of a night, a year behind it: {year.processor / month.processor:.2f} x a month behind it")
    finally:
        shutil.rmtree(folder, ignore_errors=True)

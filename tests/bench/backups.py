"""Listings to nights, coverage and retention: `python -m tests.bench.backups [ENVIRONMENTS [DAYS_BETWEEN_LISTINGS]]`.

Writes seeded catalogues of 400 nights straight into landing: every environment in two repositories, kept 45 days, listed
every week (5,000 environments: 4 million points, 26 million rows of listings) or as often as told. Builds the backup
models under the booklet's contract and prints seconds by model, the floor (one aggregate over the two columns that every
figure needs) and peak memory. Asserts nothing.
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

AS_OF = datetime(2026, 3, 31, 7, tzinfo=UTC)
NIGHTS, KEPT = 400, 45
KEYS = """
insert into landing.point_keys by name
select
    (environment * 2 + site) * {nights} + night as point_key,
    'repository-' || environment || '-' || site as repository_id,
    'environment-' || environment as environment_id,
    'data' as content,
    md5(environment || '-' || site || '-' || night) as point_id
from range({environments}) as e(environment), range(2) as s(site), range({nights}) as n(night)
where hash(environment, site, night) % 200 > 0
"""
# Night 0 is the latest. A listing on day d shows the nights d to d + 44, as they were pruned after 45 days.
POINTS = """
insert into landing.points by name
select
    keys.point_key,
    case keys.point_key // {nights} % 2 when 0 then 'site-a' else 'site-b' end as place,
    timestamptz '2026-03-31 06:00:00+00' - to_days((listing * {step})::integer) as listed_at,
    timestamptz '2026-03-30 22:00:00+00' - to_days((keys.point_key % {nights})::integer)
        + to_seconds((hash(keys.point_key) % 20000)::bigint) as started_at,
    listing::bigint as line,
    1 as file_id
from landing.point_keys as keys, range({nights} // {step}) as l(listing)
where keys.point_key % {nights} between listing * {step} and listing * {step} + {kept} - 1
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


def prepare(database: Path, environments: int, step: int) -> None:
    """Catalogues of `environments` environments, listed every `step` days."""
    with warehouse.writer(database) as con:
        landing.create(con)
        landing.start_run(con, "bench", AS_OF.isoformat(), AS_OF.isoformat())
        contract.write(con, contract.load(ROOT / "data/contract"))
        con.execute(FILE)
        for statement in (KEYS, POINTS, LISTINGS, ENVIRONMENTS):
            con.execute(statement.format(environments=environments, nights=NIGHTS, step=step, kept=KEPT))


def measure(work: Path, environments: int, step: int) -> None:
    database = work / WORK_DATABASE
    prepare(database, environments, step)
    with duckdb.connect(str(database)) as con:
        (keys,), (shown,) = con.execute(
            "select count(*) from landing.point_keys union all select count(*) from landing.points"
        ).fetchall()
        began = time.perf_counter()
        con.execute(FLOOR).fetchall()
        floor = time.perf_counter() - began
    print(f"{environments} environments, {keys} points, {shown} rows of listings; floor {floor:.2f} s")
    models.build(work, "--select", "+path:models/intermediate/calendar", "path:models/staging")
    peak = Peak()
    peak.start()
    outcomes = models.build(work, "--select", "path:models/*/backups", "--resource-type", "model")
    used = peak.stop()
    bad = [f"{outcome.unique_id}: {outcome.message}" for outcome in outcomes if outcome.is_bad]
    assert not bad, "\n".join(bad)
    for outcome in sorted(outcomes, key=lambda outcome: -outcome.seconds):
        print(f"{outcome.seconds:8.2f} s  {outcome.unique_id.removeprefix('model.livret.')}")
    total = sum(outcome.seconds for outcome in outcomes)
    print(f"{total:8.2f} s  together, {total / floor:.1f} times the floor; peak {used / 2**30:.2f} GiB")


if __name__ == "__main__":
    folder = Path(tempfile.mkdtemp(prefix="livret-bench-"))
    try:
        given = [int(text) for text in sys.argv[1:3]]
        measure(folder, *(given + [5_000, 7][len(given) :]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)

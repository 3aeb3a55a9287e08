"""Real listings of restic, borg and pgBackRest: what a right reader must conclude, one test per point.

The figures and the numbers of the points are those of the README that came with the listings (lab-made,
February and March 2026). Nights are those that can be restored on 31 March; the job log makes them strict.
"""

from __future__ import annotations

import csv
import gzip
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.resources import ROOT
from pipelines.warehouse import dbt_project
from tests.build import build
from tests.real_inbox import AS_OF, lay_out_backups, write_csv

DATA = ROOT / "tests/fixtures/backups"


def february(*days: int) -> set[date]:
    return {date(2026, 2, day) for day in days}


def march(*days: int) -> set[date]:
    return {date(2026, 3, day) for day in days}


@dataclass(frozen=True)
class Warehouse:
    """A built working database; calling it queries it."""

    database: Path

    def __call__(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.database), read_only=True) as con:
            con.execute("set TimeZone = 'UTC'")
            return con.execute(sql, list(parameters)).fetchall()


def laid_out(folder: Path, *, jobs: bool) -> Path:
    """An inbox of all listings, with the environments of their inventory."""
    inbox = folder / "inbox"
    lay_out_backups(inbox, jobs=jobs, data=DATA)
    with (DATA / "inventory_environments.csv").open(encoding="utf-8", newline="") as text:
        environments = [row for row in csv.DictReader(text) if row["kind"] == "environment"]
    write_csv(
        inbox / "registry/canonical/environments.csv",
        [
            {
                "environment_id": row["env_id"],
                "client_id": row["client"],
                "contract_id": "quadra-expert-2023-09",
                "kind": "production",
                "opened_on": row["active_from"],
                "closed_on": row["active_to"],
            }
            for row in environments
        ],
    )
    return inbox


def asked(inbox: Path, work: Path, as_of: str) -> Warehouse:
    selection = ("--select", "+path:models/marts/backups")
    return Warehouse(build(inbox, work, datetime.fromisoformat(as_of), ROOT / "data/contract", *selection))


def built(folder: Path, *, jobs: bool) -> Warehouse:
    return asked(laid_out(folder, jobs=jobs), folder / "work", AS_OF)


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Listings alone: a point nobody contradicts is good."""
    return built(tmp_path_factory.mktemp("listed"), jobs=False)


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Listings and the job log."""
    return built(tmp_path_factory.mktemp("logged"), jobs=True)


def nights(query: Warehouse, environment: str, place: str) -> set[date]:
    """Required nights restorable at a place on the day asked."""
    return {
        night
        for (night,) in query(
            "select night_on from sla_marts.backup_place_nights"
            " where environment_id = ? and place = ? and content = 'data' and is_restorable",
            environment,
            place,
        )
    }


def required(query: Warehouse, environment: str) -> set[date]:
    return {
        night
        for (night,) in query(
            "select night_on from sla_marts.backup_nights where environment_id = ? and content = 'data'",
            environment,
        )
    }


def verdicts(query: Warehouse, environment: str, place: str) -> dict[str, set[date]]:
    found: dict[str, set[date]] = {}
    for verdict, night in query(
        "select verdict, night_on from sla_marts.backup_point_retention"
        " where environment_id = ? and place = ?",
        environment,
        place,
    ):
        found.setdefault(verdict, set()).add(night)
    return found


TABLE = [
    # environment, site-a, site-b, any, both, no copy, only site-a, only site-b
    ("c0417", 42, 43, 44, 41, february(24), march(5), march(1, 2)),
    ("c0952", 43, 30, 45, 28, set(), february(*range(14, 29)), march(14, 15)),
    ("c1203", 43, 38, 44, 37, march(2), february(*range(14, 20)), march(18)),
    ("c2044", 44, 9, 44, 9, march(19), february(*range(14, 29)) | march(*range(1, 22)) - march(19), set()),
    ("c3310", 0, 0, 0, 0, march(*range(20, 31)), set(), set()),
]


@pytest.mark.parametrize(("environment", "a", "b", "either", "both", "none", "only_a", "only_b"), TABLE)
def test_the_table_of_nights_comes_out(
    listed: Warehouse,
    environment: str,
    a: int,
    b: int,
    either: int,
    both: int,
    none: set[date],
    only_a: set[date],
    only_b: set[date],
) -> None:
    at_a, at_b = nights(listed, environment, "site-a"), nights(listed, environment, "site-b")
    assert (len(at_a), len(at_b), len(at_a | at_b), len(at_a & at_b)) == (a, b, either, both)
    assert required(listed, environment) - (at_a | at_b) == none
    assert at_a - at_b == only_a
    assert at_b - at_a == only_b
    figures = listed(
        "select required_nights, restorable_nights, restorable_pct from sla_marts.backup_coverage"
        " where environment_id = ? and content = 'data'",
        environment,
    )
    days = 11 if environment == "c3310" else 45
    assert figures == [(days, both, pytest.approx(100 * both / days))]


def test_a_closed_environment_keeps_the_nights_before_its_end(listed: Warehouse) -> None:
    assert required(listed, "c0007") == february(*range(14, 29)) | march(*range(1, 10))
    found = listed(
        "select required_nights, covered_nights, is_in_a_manifest from sla_marts.backup_coverage"
        " where environment_id = 'c0007'"
    )
    assert found == [(24, 0, False)]


def test_documents_miss_one_cycle_and_their_last_state_is_restorable_on_both_sites(listed: Warehouse) -> None:
    found = listed(
        "select place, points, last_saved_at, missed_cycles, last_missed_on, is_restorable"
        " from sla_marts.backup_documents where environment_id = 'c0417' order by place"
    )
    assert found == [
        ("site-a", 7, datetime(2026, 3, 30, 19, 0, tzinfo=UTC), 1, date(2026, 3, 25), True),
        ("site-b", 7, datetime(2026, 3, 30, 19, 30, tzinfo=UTC), 1, date(2026, 3, 25), True),
    ]
    kept = listed(
        "select count(*) from sla_marts.backup_point_retention where repository_id like 'borg-docs%'"
    )
    assert kept == [(0,)], "documents bear no promise of 45 days"


def test_point_1_a_manual_snapshot_is_a_restore_point_but_not_the_night(logged: Warehouse) -> None:
    found = logged(
        "select places_covered, manual_points, failed_jobs from sla_marts.backup_nights"
        " where environment_id = 'c0417' and night_on = date '2026-02-24'"
    )
    assert found == [(0, 2, 1)]
    points = logged(
        "select place, started_at, is_promised, verdict from sla_marts.backup_point_retention"
        " where environment_id = 'c0417' and night_on = date '2026-02-24' order by place"
    )
    manual = datetime(2026, 2, 25, 13, 5, tzinfo=UTC)
    assert points == [("site-a", manual, False, "present"), ("site-b", manual, False, "present")]


def test_point_2_a_partial_run_does_not_cover_nor_does_its_copy(listed: Warehouse, logged: Warehouse) -> None:
    lenient, strict = (
        [nights(query, "c0417", f"site-{site}") for site in "ab"] for query in (listed, logged)
    )
    assert [len(lenient[0]), len(lenient[1])] == [42, 43]
    assert [len(lenient[0] | lenient[1]), len(lenient[0] & lenient[1])] == [44, 41]
    assert [len(strict[0]), len(strict[1])] == [41, 42]
    assert [len(strict[0] | strict[1]), len(strict[0] & strict[1])] == [43, 40]
    assert lenient[0] - strict[0] == lenient[1] - strict[1] == march(20)
    flagged = logged(
        "select place, quality from sla_marts.backup_point_retention where quality <> 'good' order by place"
    )
    assert flagged == [("site-a", "partial"), ("site-b", "partial")]


def test_point_3_two_snapshots_are_one_night(listed: Warehouse) -> None:
    found = listed(
        "select place, good_points, is_covered from sla_marts.backup_place_nights"
        " where environment_id = 'c0417' and content = 'data'"
        " and night_on = date '2026-03-08' order by place"
    )
    assert found == [("site-a", 2, True), ("site-b", 2, True)]


def test_point_4_the_hour_that_does_not_exist_is_where_the_tool_put_it(listed: Warehouse) -> None:
    found = listed(
        "select place, started_at from sla_marts.backup_point_retention"
        " where environment_id = 'c0417' and night_on = date '2026-03-28' order by place"
    )
    assert found == [(place, datetime(2026, 3, 29, 1, 30, tzinfo=UTC)) for place in ("site-a", "site-b")]
    length = listed(
        "select night_from, night_until from sla_marts.backup_nights"
        " where environment_id = 'c0417' and content = 'data' and night_on = date '2026-03-28'"
    )
    assert length[0][1] - length[0][0] == timedelta(hours=10)


def test_point_4_a_job_logged_at_that_hour_is_told_and_not_guessed(logged: Warehouse) -> None:
    rejected = logged("select rule, value from landing.rejects where format = 'jobs'")
    assert rejected == [("local_time_does_not_exist", "2026-03-29T02:30:00")]


def test_point_5_a_job_after_the_window_is_late(listed: Warehouse) -> None:
    found = listed(
        "select night_on, places_covered, late_points from sla_marts.backup_nights"
        " where environment_id = 'c0952' and late_points > 0"
    )
    assert found == [(date(2026, 3, 15), 1, 1)]
    assert date(2026, 3, 15) not in nights(listed, "c0952", "site-a")


def test_point_6_a_snapshot_without_tag_is_known_by_its_path_and_a_new_host_changes_nothing(
    listed: Warehouse,
) -> None:
    snapshots = json.loads((DATA / "restic_site-a_snapshots_2026-03-31.json").read_text())
    [untagged] = [entry for entry in snapshots if not entry.get("tags")]
    assert listed(
        "select environment_id, night_on from sla_marts.backup_point_retention where point_id = ?",
        untagged["id"],
    ) == [("c0952", date(2026, 3, 22))]
    hosts = {entry["hostname"] for entry in snapshots if entry["paths"] == ["/srv/quadra/c0952"]}
    assert hosts == {"qe-sql-02", "qe-sql-12"}


def test_point_7_early_expiry_is_proven_by_two_listings_and_never_guessed(listed: Warehouse) -> None:
    at_a, at_b = verdicts(listed, "c0417", "site-a"), verdicts(listed, "c0952", "site-b")
    assert at_a["expired_early"] == march(1, 2)
    assert at_b["expired_early"] == february(*range(14, 29))
    assert at_b["undecidable"] == february(*range(7, 14))
    assert verdicts(listed, "c2044", "site-b")["expired_early"] == march(*range(8, 17))
    proofs = listed(
        "select distinct environment_id, place, last_listed_at, missing_listed_at"
        " from sla_marts.backup_point_retention where verdict = 'expired_early' order by 1"
    )
    assert proofs == [
        ("c0417", "site-a", datetime(2026, 3, 10, 7, 0, tzinfo=UTC), datetime(2026, 3, 17, 7, 0, tzinfo=UTC)),
        ("c0952", "site-b", datetime(2026, 3, 17, 7, 0, tzinfo=UTC), datetime(2026, 3, 31, 6, 0, tzinfo=UTC)),
        ("c2044", "site-b", datetime(2026, 3, 17, 7, 0, tzinfo=UTC), datetime(2026, 3, 31, 6, 0, tzinfo=UTC)),
    ]


def forgotten(name: str) -> set[str]:
    """Snapshots that `restic forget` removed, or would have."""
    groups = json.loads(gzip.decompress((DATA / f"restic_{name}_2026-03-31.json.gz").read_bytes()))
    return {entry["id"] for group in groups for entry in group["remove"] or []}


def test_point_8_what_forget_removed_is_what_the_listings_miss(listed: Warehouse) -> None:
    assert forgotten("site-b_forget_keep-within-30d_default-grouping") == set()
    gone = listed(
        "select point_id from sla_marts.backup_point_retention"
        " where environment_id = 'c0952' and verdict <> 'present'"
    )
    assert len(gone) == 22
    assert {point for (point,) in gone} == forgotten("site-b_forget_keep-within-30d_group-by-tags")


def test_point_9_a_rule_of_45_days_would_remove_the_point_of_the_45th_morning(listed: Warehouse) -> None:
    removed = forgotten("site-a_forget_dryrun_keep-within-45d")
    found = listed(
        "select point_id, required_until from sla_marts.backup_point_retention"
        " where place = 'site-a' and environment_id = 'c0417'"
    )
    kept_until: dict[str, date] = dict(found)
    assert max(kept_until[point] for point in removed) == date(2026, 3, 30)
    assert min(until for point, until in kept_until.items() if point not in removed) == date(2026, 3, 31)


def test_point_10_borg_listings_in_two_zones_are_one_catalogue(listed: Warehouse) -> None:
    counts = listed(
        "select rows_accepted, rows_duplicate from landing.files"
        " where name like '%tz-%' and name like '%site-a%2026-03-31%' and name not like '%docs%'"
        " order by name"
    )
    assert sum(accepted for accepted, _ in counts) >= 50
    assert max(duplicate for _, duplicate in counts) == 51, "50 archives and their listing, told twice"
    first = listed(
        "select min(started_at) from sla_marts.backup_point_retention where repository_id = 'borg-site-a'"
    )
    assert first == [(datetime(2026, 2, 7, 23, 30, tzinfo=UTC),)]


def test_point_11_times_count_and_names_do_not(listed: Warehouse) -> None:
    archives = json.loads((DATA / "borg_site-a_list_tz-paris_2026-03-31.json").read_text())["archives"]
    [named] = [entry for entry in archives if entry["name"] == "c1203-2026-03-10b"]
    found = listed("select night_on from sla_marts.backup_point_retention where point_id = ?", named["id"])
    assert found == [(date(2026, 3, 10),)]
    assert date(2026, 3, 10) in nights(listed, "c1203", "site-a")


def test_point_12_a_checkpoint_is_no_point(listed: Warehouse) -> None:
    found = listed("select rule, value from landing.rejects where format = 'borg'")
    assert found == [("checkpoint_not_a_point", "c1203-2026-03-19.checkpoint")]
    assert date(2026, 3, 18) not in nights(listed, "c1203", "site-a")
    assert listed("select max(started_at) < timestamptz '2026-03-31 07:00:00+00' from landing.points") == [
        (True,)
    ]


def test_point_13_repositories_of_pgbackrest_are_told_by_their_number_and_chains_hold(
    listed: Warehouse,
) -> None:
    labels = listed(
        "select place, count(*), count(distinct point_id) from sla_marts.backup_point_retention"
        " where environment_id = 'c2044' group by place order by place"
    )
    assert labels == [("site-a", 50, 50), ("site-b", 18, 18)]
    needed = listed(
        "select unnest(string_split(copies.parent_point_id, ' ')) from sla_intermediate.int_backup_copies_located as copies"
        " inner join landing.point_keys as own using (point_key)"
        " where own.point_id = '20260316-001500F_20260322-001500I'"
    )
    assert ("20260316-001500F",) in needed


def test_point_14_checks_and_the_restore_test_are_proofs(listed: Warehouse) -> None:
    found: dict[str, str] = dict(
        listed("select repository_id, last_result from sla_marts.backup_proofs where last_result is not null")
    )
    clean = ("restic-site-a", "restic-site-b", "borg-site-a", "borg-site-b", "pgbackrest-site-a/c2044")
    assert found == {**dict.fromkeys(clean, "success"), "borg-site-b-copy": "failed"}
    restores = listed(
        "select environment_id, point_id, state_at, result, kind from sla_marts.backup_restores"
    )
    assert restores == [("c0417", "8d91ebfe", datetime(2026, 3, 30, 23, 30, tzinfo=UTC), "success", "test")]


def test_point_15_an_environment_in_no_manifest_is_a_row_with_nothing(listed: Warehouse) -> None:
    found = listed(
        "select required_nights, covered_nights, coverage_pct, is_met, is_in_a_manifest, verdict"
        " from sla_marts.backup_coverage where environment_id = 'c3310'"
    )
    assert found == [(11, 0, 0.0, False, False, "broken")]


def test_every_row_of_the_real_files_is_accounted_for(logged: Warehouse) -> None:
    found = logged(
        "select name from landing.files where rows_in <> rows_accepted + rows_duplicate + rows_rejected"
    )
    assert found == []


def test_the_past_is_answered_as_it_was_then(tmp_path: Path) -> None:
    """Asked about 17 March with everything known later, the warehouse says what it could say on that day."""
    then = "2026-03-17T09:00:00+01:00"
    knowing = asked(laid_out(tmp_path / "all", jobs=True), tmp_path / "all/work", then)
    inbox = laid_out(tmp_path / "then", jobs=True)
    for later in [*inbox.rglob("*2026-03-31*.json*"), *inbox.rglob("*.txt")]:
        later.unlink()
    [log] = inbox.rglob("jobs_*.ndjson")
    lines = log.read_text(encoding="utf-8").splitlines()
    log.write_text(
        "\n".join(line for line in lines if json.loads(line)["started_local"] < "2026-03-17 09:00")
    )
    ignorant = asked(inbox, tmp_path / "then/work", then)
    for table in ("nights", "coverage", "point_retention", "documents", "gaps", "restores", "place_nights"):
        query = f"select * from sla_marts.backup_{table} order by all"
        if table == "point_retention":
            query = (
                "select * exclude (file, line, point_key) from sla_marts.backup_point_retention order by all"
            )
        assert knowing(query) == ignorant(query), table
    verdicts_then = verdicts(knowing, "c0952", "site-b")
    assert set(verdicts_then) == {"present"}, "what was pruned after 17 March was still there"


def test_every_test_of_the_backup_models_passes(listed: Warehouse) -> None:
    layers = [f"path:models/{layer}/backups" for layer in ("staging", "intermediate", "marts")]
    outcomes = dbt_project.build(listed.database.parent, "--select", *layers, all_tests=True)
    assert not [outcome for outcome in outcomes if outcome.is_bad]
    assert sum(outcome.unique_id.startswith("unit_test") for outcome in outcomes) >= 11

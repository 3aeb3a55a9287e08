"""`livret run` over real data of five kinds: no row is lost, and the figures known of each come out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests import real_inbox
from tests.build import build
from tests.conftest import livret

Con = duckdb.DuckDBPyConnection
# Nights of 14 February - 30 March restorable at site-a, site-b, anywhere and in both, as last listed.
NIGHTS_FROM_LISTINGS = {
    "c0417": (42, 43, 44, 41),
    "c0952": (43, 30, 45, 28),
    "c1203": (43, 38, 44, 37),
    "c2044": (44, 9, 44, 9),
    "c3310": (0, 0, 0, 0),
    "c0007": (0, 0, 0, 0),
}
# With the job log the snapshot of 20 March is partial on both sites.
NIGHTS_WITH_JOBS = {**NIGHTS_FROM_LISTINGS, "c0417": (41, 42, 43, 40)}
FEC_FILES = {  # rows, entries, debit, credit, bytes
    "neolegal_0000000001FEC20220831.txt": (5_422, 2_033, "10186219.81", "10186219.81", 685_338),
    "neolegal_000000000FEC20231231.txt": (2_102, 470, "1265350.82", "1265350.82", 266_873),
    "neolegal_111111111FEC20221231.TXT": (934, 248, "225682.23", "225682.23", 194_459),
    "odicom_123456789FEC20200331.txt": (4_916, 573, "3912553.94", "3912553.94", 601_186),
    "quadra_123456789FEC20190731.txt": (12_605, 4_716, "13738285.95", "13738285.95", 1_424_964),
}
FEC_YEARS = {  # (dossier, year of EcritureDate): rows, entries, bytes
    ("sept-aout", 2021): (1_869, 672, 234_362),
    ("sept-aout", 2022): (3_553, 1_361, 450_787),
    ("bnc", 2021): (7, 2, 988),
    ("bnc", 2022): (415, 207, 58_826),
    ("bnc", 2023): (1_680, 261, 206_840),
    ("maquette", 2023): (934, 248, 194_272),
    ("ferme", 2019): (3_267, 406, 396_706),
    ("ferme", 2020): (1_649, 167, 204_294),
    ("dossier-1", 2018): (5_830, 2_066, 660_576),
    ("dossier-1", 2019): (6_775, 2_650, 764_202),
}


@pytest.fixture(scope="module")
def folder(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One `livret run` over the real inbox."""
    root = tmp_path_factory.mktemp("real")
    real_inbox.build(root / "inbox", root / "contract", data=shared / "data")
    livret(
        "run", "--inbox", root / "inbox", "--contract", root / "contract", "--as-of", real_inbox.AS_OF,
        "--warehouse", root / "livret.duckdb", "--reports", root / "reports", "--quiet",
    )  # fmt: skip
    return root


@pytest.fixture(scope="module")
def marts(folder: Path) -> Iterator[Con]:
    with duckdb.connect(str(folder / "livret.duckdb"), read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        yield con


@pytest.fixture(scope="module")
def landing(folder: Path) -> Iterator[Con]:
    with duckdb.connect(str(next(folder.glob("*.work/*.duckdb"))), read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        yield con


def rows(con: Con, query: str) -> list[tuple[Any, ...]]:
    return con.execute(query).fetchall()


def nights(con: Con) -> dict[str, tuple[int, ...]]:
    """Restorable nights at site-a, at site-b, anywhere, in both; environments without any place count 0."""
    found = rows(
        con,
        """
        with places_by_night as (
            select
                backup_nights.environment_id, backup_nights.night_on,
                coalesce(bool_or(places.place = 'site-a' and places.is_restorable), false) as at_a,
                coalesce(bool_or(places.place = 'site-b' and places.is_restorable), false) as at_b
            from sla_marts.backup_nights
            left join sla_marts.backup_place_nights as places using (environment_id, content, night_on)
            where backup_nights.content = 'data' and backup_nights.environment_id like 'c%'
            group by all
        )
        select
            environment_id, count(*) filter (at_a), count(*) filter (at_b),
            count(*) filter (at_a or at_b), count(*) filter (at_a and at_b)
        from places_by_night group by environment_id
        """,
    )
    return {environment: tuple(counts) for environment, *counts in found}


# ---------------------------------------------------------------- every row
def test_every_row_of_every_file_is_accounted_for(folder: Path, marts: Con) -> None:
    accounted = "rows_accepted + rows_duplicate + rows_rejected"
    found = rows(marts, f"select name, rows_in, {accounted} from sla_marts.input_files")
    assert [name for name, rows_in, told in found if rows_in != told] == []
    inbox = folder / "inbox"
    laid_out = {
        path.relative_to(inbox).as_posix()
        for path in inbox.rglob("*")
        if path.is_file() and path.name != "source.toml"
    }
    assert {name for name, _, _ in found} == laid_out


def test_no_file_is_refused_as_a_whole(marts: Con) -> None:
    assert (
        rows(marts, "select name from sla_marts.input_files where rows_accepted + rows_duplicate = 0") == []
    )


def test_only_what_no_reader_can_use_is_rejected(marts: Con) -> None:
    found = rows(marts, "select format, rule, value from sla_marts.rejects order by format")
    assert found == [
        ("borg", "checkpoint_not_a_point", "c1203-2026-03-19.checkpoint"),
        ("jobs", "local_time_does_not_exist", "2026-03-29T02:30:00"),
    ]


# ---------------------------------------------------------------- monitoring
def test_upptime_log_has_its_checks_up_and_down(shared: Path, landing: Con) -> None:
    """9,739 up and 791 down; nine of the up lines repeat another one (same second, site, state and words)."""
    counted = Counter(dict(rows(landing, "select status, count(*) from landing.checks group by status")))
    log = (shared / "data/monitoring/upptime_digitaleditions.tsv").read_text(encoding="utf-8").splitlines()
    repeated: Counter[str] = Counter()
    seen: set[tuple[datetime, str]] = set()
    for line in log:
        at, message = line.split("\t")
        key = (datetime.fromisoformat(at), message)
        if key in seen:
            repeated[re.findall(r" is (\w+) \(", message)[-1]] += 1
        seen.add(key)
    assert repeated == {"up": 9}
    duplicates = rows(landing, "select sum(rows_duplicate)::int from landing.files where format = 'upptime'")
    assert duplicates == [(9,)]
    assert counted + repeated == {"up": 9_739, "down": 791}


def test_checks_after_as_of_move_no_figure(marts: Con) -> None:
    """The log runs on to August; the question is asked in March."""
    found = rows(marts, "select max(month)::varchar from sla_marts.monthly_availability")
    assert found == [("2026-03-01",)]
    later = rows(
        marts, f"select count(*) from sla_marts.outages where down_from >= timestamptz '{real_inbox.AS_OF}'"
    )
    assert later == [(0,)]


# ---------------------------------------------------------------- tickets
def test_event_log_gives_every_ticket_and_who_took_it(marts: Con) -> None:
    found = rows(
        marts,
        "select count(distinct ticket_id), count(done_at), count(*) - count(done_at)"
        f" from sla_marts.ticket_commitments where contract_id = '{real_inbox.ITALIAN_DESK}'"
        " and commitment = 'take_in_charge'",
    )
    assert found == [(4_580, 4_285, 295)]


def test_an_unmapped_criticality_is_told_and_unclassified(marts: Con) -> None:
    found = rows(
        marts,
        "select count(*) > 0 from sla_marts.ticket_commitments"
        f" where contract_id = '{real_inbox.ITALIAN_DESK}' and outcome = 'unclassified'",
    )
    assert found == [(True,)]


# ---------------------------------------------------------------- backups
def test_nights_with_the_job_log_are_those_of_the_strict_reader(marts: Con) -> None:
    assert nights(marts) == NIGHTS_WITH_JOBS


def test_nights_from_listings_alone_are_those_of_the_table(shared: Path, tmp_path: Path) -> None:
    inbox, work = tmp_path / "inbox", tmp_path / "work"
    work.mkdir()
    real_inbox.lay_out_backups(inbox, jobs=False, data=shared / "data/backups")
    saved = real_inbox.saved_environments(shared / "data/backups")
    real_inbox.write_csv(inbox / "registry/canonical/environments.csv", saved)
    as_of = datetime.fromisoformat(real_inbox.AS_OF)
    database = build(
        inbox,
        work,
        as_of,
        real_inbox.PROJECT / "data/contract",
        "--select",
        "+backup_place_nights",
        "+backup_nights",
    )
    with duckdb.connect(str(database), read_only=True) as con:
        assert nights(con) == NIGHTS_FROM_LISTINGS


def test_environments_no_listing_names_are_rows_with_nothing(marts: Con) -> None:
    found = rows(
        marts,
        "select environment_id, required_nights, covered_nights from sla_marts.backup_coverage"
        " where environment_id in ('c3310', 'c0007') order by 1",
    )
    assert found == [("c0007", 24, 0), ("c3310", 11, 0)]


def test_early_expiry_is_what_two_captures_prove(marts: Con) -> None:
    found = rows(
        marts,
        "select environment_id, expired_early from sla_marts.backup_coverage"
        " where content = 'data' and environment_id like 'c%'",
    )
    assert dict(found) == {"c0417": 2, "c0952": 15, "c1203": 0, "c2044": 9, "c3310": 0, "c0007": 0}


def test_documents_are_restorable_at_both_sites(marts: Con) -> None:
    found = rows(
        marts,
        "select place, epoch(last_saved_at)::bigint, missed_cycles, last_missed_on::varchar, is_restorable"
        " from sla_marts.backup_documents where environment_id = 'c0417' order by place",
    )
    saved = [
        datetime.fromisoformat(f"2026-03-30T{clock}:00+02:00").timestamp() for clock in ("21:00", "21:30")
    ]
    assert found == [
        ("site-a", saved[0], 1, "2026-03-25", True),
        ("site-b", saved[1], 1, "2026-03-25", True),
    ]


def test_the_damaged_copy_fails_its_check_and_no_other_does(landing: Con) -> None:
    found = rows(landing, "select repository_id from landing.integrity_checks where result = 'failed'")
    assert found == [("borg-site-b-copy",)]


# ---------------------------------------------------------------- history
def test_ledgers_have_their_rows_entries_sums_and_bytes(marts: Con) -> None:
    found = rows(
        marts, "select file, rows_accepted, entries, debit, credit, bytes from sla_marts.history_fec_files"
    )
    assert {file.rpartition("/")[2]: tuple(figures) for file, *figures in found} == {
        name: (lines, entries, Decimal(debit), Decimal(credit), size)
        for name, (lines, entries, debit, credit, size) in FEC_FILES.items()
    }


def test_ledgers_have_their_rows_entries_and_bytes_by_year(marts: Con) -> None:
    found = rows(
        marts,
        "select files.dossier_id, years.year, years.rows, years.entries, years.bytes"
        " from sla_marts.history_fec_years as years"
        " inner join sla_marts.history_fec_files as files using (file_ref)",
    )
    assert {(dossier, year): tuple(figures) for dossier, year, *figures in found} == FEC_YEARS


def test_verdicts_cover_every_ledger_line_once(marts: Con) -> None:
    found = rows(
        marts, "select sum(lines)::int, sum(debit), sum(credit) from sla_marts.history_purge_candidates"
    )
    total = sum(Decimal(debit) for _, _, debit, _, _ in FEC_FILES.values())
    assert found == [(sum(lines for lines, *_ in FEC_FILES.values()), total, total)]

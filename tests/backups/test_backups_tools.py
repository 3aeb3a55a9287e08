"""The real restic and borg: repositories made here with forced times, one of them pruned, their listings fed.

Skipped where a tool is not installed; both are plain Debian packages (restic, borgbackup).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from pipelines.inbox.discovery import InboxFile
from pipelines.inbox.source_config import SourceConfig
from pipelines.readers import readers
from pipelines.resources import ROOT
from tests.build import build
from tests.real_inbox import write_csv, write_toml

PARIS = ZoneInfo("Europe/Paris")
AS_OF = datetime(2026, 3, 31, 9, tzinfo=PARIS)
# The first night is 46 days old on the day asked, the second 45: the first may go, the second may not.
NIGHTS = [date(2026, 2, 13), date(2026, 2, 14), date(2026, 3, 27), date(2026, 3, 28), date(2026, 3, 30)]
PRUNED = NIGHTS[:2]

needs_tools = pytest.mark.skipif(
    shutil.which("restic") is None or shutil.which("borg") is None,
    reason="needs restic and borg (Debian packages restic and borgbackup)",
)


def run(*command: object, cwd: Path, zone: str = "Europe/Paris") -> str:
    environment = {
        **os.environ,
        "TZ": zone,
        "HOME": str(cwd),
        "RESTIC_PASSWORD": "test",
        "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
        "BORG_BASE_DIR": str(cwd),
    }
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def night_start(night: date, clock: time) -> datetime:
    """Civil time of the morning after the evening, in UTC."""
    return datetime.combine(night + timedelta(days=1), clock, PARIS).astimezone(UTC)


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Listings of two restic repositories (site b pruned in between) and two borg ones, as printed."""
    folder = tmp_path_factory.mktemp("tools")
    inbox = folder / "inbox"
    (folder / "srv/r1").mkdir(parents=True)
    (folder / "srv/b1").mkdir(parents=True)
    for site, clock in (("a", time(1, 30)), ("b", time(2, 30))):
        _restic(folder, inbox, site, clock)
        _borg(folder, inbox, site, clock)
    registry = [
        {"environment_id": name, "client_id": name, "contract_id": "quadra-expert-2023-09",
         "kind": "production", "opened_on": "2020-01-01"}
        for name in ("r1", "b1")
    ]  # fmt: skip
    write_csv(inbox / "registry/canonical/environments.csv", registry)
    return inbox


def _restic(folder: Path, inbox: Path, site: str, clock: time) -> None:
    repository, listings = folder / f"restic-{site}", inbox / "backups/restic" / site
    run("restic", "-r", repository, "init", "-q", cwd=folder)
    ids: dict[date, str] = {}
    for night in NIGHTS:
        (folder / "srv/r1/data").write_text(night.isoformat())
        stamp = datetime.combine(night + timedelta(days=1), clock)  # 02:30 does not exist on 29 March
        told = run("restic", "-r", repository, "backup", "--json", "--tag", "env=r1", "--time",
                   stamp.strftime("%Y-%m-%d %H:%M:%S"), folder / "srv/r1", cwd=folder)  # fmt: skip
        ids[night] = json.loads(told.splitlines()[-1])["snapshot_id"]
    here = {"repository_id": f"restic-{site}", "place": f"site-{site}", "time_zone": "Europe/Paris"}
    write_toml(listings, {**here, "environment_tag": "env"})
    whole = run("restic", "-r", repository, "snapshots", "--json", "--no-lock", cwd=folder)
    (listings / "snapshots_2026-03-31T0745.json").write_text(whole)
    if site == "b":
        run("restic", "-r", repository, "forget", *(ids[night] for night in PRUNED), cwd=folder)
    later = run("restic", "-r", repository, "snapshots", "--json", "--no-lock", cwd=folder)
    (listings / "snapshots_2026-03-31T0815.json").write_text(later)


def _borg(folder: Path, inbox: Path, site: str, clock: time) -> None:
    repository, listings = folder / f"borg-{site}", inbox / "backups/borg" / site
    run("borg", "init", "-e", "none", repository, cwd=folder)
    for night in NIGHTS:
        (folder / "srv/b1/data").write_text(night.isoformat())
        started = night_start(night, clock)
        run("borg", "create", "--timestamp", started.strftime("%Y-%m-%dT%H:%M:%S"),
            f"{repository}::b1-{night}", "srv/b1", cwd=folder)  # fmt: skip
    zone = "Europe/Paris" if site == "a" else "America/New_York"
    write_toml(listings, {"repository_id": f"borg-{site}", "place": f"site-{site}", "time_zone": zone,
                          "environment_name": "{environment}-*",
                          "listed_at": "2026-03-31T06:15:00Z"})  # fmt: skip
    (listings / "list.json").write_text(run("borg", "list", "--json", repository, cwd=folder, zone=zone))


@needs_tools
def test_a_pruned_repository_is_proven_by_its_own_listings(inbox: Path, tmp_path: Path) -> None:
    database = build(inbox, tmp_path, AS_OF, ROOT / "data/contract", "--select", "+path:models/marts/backups")
    with duckdb.connect(str(database), read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        assert con.execute("select * from landing.rejects").fetchall() == []
        verdicts = con.execute(
            "select repository_id, night_on, verdict from sla_marts.backup_point_retention order by all"
        ).fetchall()
        lengths = con.execute(
            "select environment_id, covered_nights, restorable_nights, expired_early, late_manifest"
            " from sla_marts.backup_coverage order by 1"
        ).fetchall()
    kept = dict.fromkeys(NIGHTS, "present")
    for repository in ("borg-a", "borg-b", "restic-a"):
        assert {night: verdict for name, night, verdict in verdicts if name == repository} == kept
    pruned = {night: verdict for name, night, verdict in verdicts if name == "restic-b"}
    # Night 13 February was shown on its 46th day: kept its time. Night 14 February went on its 45th: early.
    assert pruned == {**kept, NIGHTS[0]: "expired_on_time", NIGHTS[1]: "expired_early"}
    assert lengths == [("b1", 4, 4, 0, False), ("r1", 4, 3, 1, False)]


@pytest.mark.skipif(shutil.which("borg2") is None, reason="needs borg 2 (Debian package borgbackup2)")
def test_borg_2_lists_times_with_their_offset(tmp_path: Path) -> None:
    """No `time_zone` has to be declared; `rlist` became `repo-list` in a later beta, its JSON did not change."""
    borg = ["borg2", "-r", tmp_path / "repository"]
    (tmp_path / "file").write_text("x")
    is_early = "rlist" in run("borg2", "--help", cwd=tmp_path)
    run(*borg, "rcreate" if is_early else "repo-create", "-e", "none", cwd=tmp_path)
    starts = {"c1-winter": "2026-01-30T01:30:00+01:00", "c1-summer": "2026-03-30T01:30:00+02:00"}
    for name, start in starts.items():
        run(*borg, "create", "--timestamp", start, name, "file", cwd=tmp_path)
    path = tmp_path / "borg_2026-03-31.json"
    path.write_text(run(*borg, "rlist" if is_early else "repo-list", "--json", cwd=tmp_path))
    settings = {
        "repository_id": "r",
        "place": "p",
        "listed_at": "2026-03-31T08:00:00Z",
        "environment_name": "{environment}-*",
    }
    file = InboxFile(path, "backups/borg/borg_2026-03-31.json", "backups", "borg", SourceConfig(settings))
    found = [
        row
        for batch in readers()["backups", "borg"].read(file)
        if batch.table == "points"
        for row in batch.rows.to_dicts()
    ]
    assert {row["environment_id"] for row in found} == {"c1"}
    assert {row["started_at"] for row in found} == {
        datetime.fromisoformat(start) for start in starts.values()
    }

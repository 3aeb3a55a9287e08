"""The committed samples are what the generator writes today; captures of real tools are left alone."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.inbox.discovery import discover
from tools import samples

COMMITTED = Path(__file__).resolve().parents[2] / "data" / "samples"
CAPTURES = ("backups/restic/", "backups/borg/", "backups/pgbackrest/", "backups/jobs/", "backups/checks/")
LIMIT_BYTES = 5_000_000


def files(root: Path) -> dict[str, Path]:
    return {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*")) if path.is_file()}


def generated_names(root: Path) -> set[str]:
    return {name for name in files(root) if not name.startswith(CAPTURES) and not name.endswith(".md")}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("samples")
    assert samples.main([str(root)]) == 0
    return root


def test_samples_regenerate_to_the_same_files(written: Path) -> None:
    assert set(files(written)) == generated_names(COMMITTED)


def test_samples_regenerate_byte_for_byte(written: Path) -> None:
    """Archives hold no time stamp, so their bytes too depend on the rows and the pinned Polars alone."""
    committed = files(COMMITTED)
    differing = [
        name for name, path in files(written).items() if path.read_bytes() != committed[name].read_bytes()
    ]
    assert differing == []


def test_samples_stay_small() -> None:
    assert sum(path.stat().st_size for path in files(COMMITTED).values()) < LIMIT_BYTES


def test_samples_use_every_canonical_syntax() -> None:
    names = [name for name in files(COMMITTED) if "/canonical/" in name or "/outages/" in name]
    for ending in (".csv", ".csv.gz", ".csv.zst", ".ndjson", ".ndjson.gz", ".ndjson.zst", ".parquet"):
        assert any(name.endswith(ending) for name in names), ending


def test_samples_lie_where_an_inbox_wants_them() -> None:
    assert len(list(discover(COMMITTED))) > 50


def test_checks_of_a_quarter_hour_probe_leave_out_nothing_but_the_planned_gap() -> None:
    probe = next(probe for probe in samples.PROBES if probe.environment_id == "c0417")
    gaps = samples.checks(probe)["checked_at"].diff().drop_nulls().unique()
    assert gaps.to_list() == [samples.QUARTER]
    silent = next(probe for probe in samples.PROBES if probe.environment_id == "c5102")
    longest = samples.checks(silent)["checked_at"].diff().max()
    assert longest == samples.local("2026-02-11 18:00") - samples.local("2026-02-09 11:30")


def test_blips_never_touch_the_opening_hours_of_a_working_day() -> None:
    for probe in samples.PROBES:
        frame = samples.checks(probe).with_columns(pl.col("checked_at").dt.convert_time_zone("Europe/Paris"))
        failed = frame.filter((pl.col("status") == "down") & pl.col("message").eq("délai dépassé"))
        planted = [s for s in samples.STRETCHES if s.environment_id == probe.environment_id]
        for at in failed["checked_at"]:
            known = any(samples.local(s.begin) <= at < samples.local(s.end) for s in planted)
            assert known or 2 <= at.hour < 7, (probe, at)


def test_ledgers_balance_but_for_the_planted_entry() -> None:
    for fec in samples._fec_files():
        lines = fec.plant(samples.ledger(fec.client, fec.dossier, fec.begin, fec.end))
        difference = sum(line.debit - line.credit for line in lines)
        planted = fec.plant is samples._unbalanced
        assert (difference != 0) == planted, fec
        assert all(fec.begin <= line.entry_on <= fec.end for line in lines)


def test_fec_files_are_named_as_the_law_wants() -> None:
    for name, path in files(COMMITTED).items():
        if name.startswith("history/fec/"):
            siren, _, closing = path.name.split(".")[0].partition("FEC")
            assert len(siren) == 9 and siren.isdigit()
            assert date.fromisoformat(closing)


def test_archives_bear_no_time_stamp() -> None:
    for name, path in files(COMMITTED).items():
        if name.endswith(".gz") and not name.startswith(CAPTURES):
            assert path.read_bytes()[4:8] == b"\0\0\0\0", name
            assert gzip.decompress(path.read_bytes())


def test_the_command_wants_one_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert samples.main([]) == 2
    assert "usage" in capsys.readouterr().err

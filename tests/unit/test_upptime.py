"""Reader `monitoring/upptime`: status commits to checks."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from pipelines.errors import ConfigurationError, UnreadableFile
from pipelines.inbox.discovery import InboxFile
from pipelines.inbox.source_config import SourceConfig, load
from pipelines.readers import Batch
from pipelines.readers.monitoring_upptime import READER, read
from pipelines.schemas.monitoring import Checks

GOOD = (
    "2026-01-20T22:50:50+00:00\t🟩 Parzival – Zürcher Skriptorium (Redirect to skriptoriumzh.unibe.ch) is up "
    "(200 in 376 ms) [skip ci] [upptime]\n"
    "2026-01-21T00:50:50+02:00\t🟥 Wikipedia is down (0 in 0 ms) [skip ci] [upptime]\n"
    "2026-01-20T22:50:50+00:00\t🟩 Parzival is up (200 in 12 ms) [skip ci] [upptime]\n"
)
MAPPING = {
    "Parzival – Zürcher Skriptorium (Redirect to skriptoriumzh.unibe.ch)": "zurich",
    "Wikipedia": "wiki",
    "Parzival": "zurich",
}


def batch(tmp_path: Path, content: str | bytes, **config: object) -> Batch:
    path = tmp_path / "log.tsv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    file = InboxFile(path, "monitoring/upptime/log.tsv", "monitoring", "upptime", SourceConfig(config))
    (only,) = list(read(file))
    assert only.table == "checks"
    Checks.validate(only.rows, lazy=True)
    return only


def test_upptime_lines_become_checks_in_utc_with_their_line_number(tmp_path: Path) -> None:
    rows = batch(tmp_path, GOOD, environments=MAPPING, period_s=86400).rows
    at = datetime(2026, 1, 20, 22, 50, 50, tzinfo=UTC)
    assert rows.select("line", "environment_id", "checked_at", "status", "period_s", "latency_ms").rows() == [
        (1, "zurich", at, "up", 86400.0, 376.0),
        (2, "wiki", at, "down", 86400.0, 0.0),
        (3, "zurich", at, "up", 86400.0, 12.0),
    ]
    assert rows["message"][1] == "🟥 Wikipedia is down (0 in 0 ms) [skip ci] [upptime]"


def test_upptime_old_and_new_names_of_one_environment_are_one_probe(tmp_path: Path) -> None:
    rows = batch(tmp_path, GOOD, environments=MAPPING).rows
    assert rows.filter(pl.col("environment_id") == "zurich")["probe_id"].unique().to_list() == ["upptime"]
    assert rows["period_s"].null_count() == 3


def test_upptime_sites_put_wholesale_into_one_environment_are_probes_of_their_own(tmp_path: Path) -> None:
    rows = batch(tmp_path, GOOD, environment_id="all").rows
    assert rows["environment_id"].unique().to_list() == ["all"]
    assert rows["probe_id"].n_unique() == 3


def test_upptime_period_may_stand_among_the_defaults(tmp_path: Path) -> None:
    assert (
        batch(tmp_path, GOOD, environments=MAPPING, defaults={"period_s": 300}).rows["period_s"].to_list()
        == [300.0] * 3
    )


def test_upptime_unmapped_site_is_rejected_by_name(tmp_path: Path) -> None:
    got = batch(tmp_path, GOOD, environments={"Wikipedia": "wiki"})
    assert got.rows["line"].to_list() == [2]
    assert got.rejects.select("line", "rule", "column", "value").rows() == [
        (
            1,
            "unmapped_environment",
            "environment_id",
            "Parzival – Zürcher Skriptorium (Redirect to skriptoriumzh.unibe.ch)",
        ),
        (3, "unmapped_environment", "environment_id", "Parzival"),
    ]
    assert got.rejects["raw"][1].startswith("2026-01-20T22:50:50+00:00\t🟩 Parzival is up")


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("2026-01-20T22:50:50+00:00\t:bento: Update graphs [skip ci] [upptime]", "not_a_status_line"),
        ("2026-01-20T22:50:50+00:00", "not_a_status_line"),
        ("2026-01-20T22:50:50+00:00\t🟩 Wikipedia is down (0 in 0 ms)", "mark_contradicts_status"),
        ("yesterday\t🟥 Wikipedia is down (0 in 0 ms)", "not_an_instant"),
        ("2026-01-20T22:50:50\t🟥 Wikipedia is down (0 in 0 ms)", "instant_without_offset"),
        ("\t🟥 Wikipedia is down (0 in 0 ms)", "not_an_instant"),
        ("2026-01-20T22:50:50Z\t🟥 Nowhere is down (0 in 0 ms)", "unmapped_environment"),
    ],
)
def test_upptime_bad_line_is_rejected_with_its_rule(tmp_path: Path, line: str, rule: str) -> None:
    got = batch(tmp_path, f"{GOOD}{line}\n", environments=MAPPING)
    assert got.rows.height == 3
    assert got.rejects.select("line", "rule").rows() == [(4, rule)]


def test_upptime_line_that_is_not_text_is_rejected_alone(tmp_path: Path) -> None:
    got = batch(tmp_path, GOOD.encode() + b"2026-01-20T22:50:50Z\t\xff\xfe is up\n", environments=MAPPING)
    assert got.rows.height == 3
    assert got.rejects.select("line", "rule").rows() == [(4, "not_utf8")]


def test_upptime_file_without_any_text_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="UTF-8"):
        batch(tmp_path, b"\xff\xfe\n\xfd\n", environments=MAPPING)


def test_upptime_blank_lines_windows_endings_and_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    plain = batch(tmp_path, GOOD, environments=MAPPING)
    bent = batch(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n\r\n").encode(), environments=MAPPING)
    assert bent.rejects.height == 0
    assert bent.rows.drop("line").equals(plain.rows.drop("line"))
    assert bent.rows["line"].to_list() == [1, 3, 5]
    assert batch(tmp_path, "", environments=MAPPING).rows.height == 0


@pytest.mark.parametrize(
    ("message", "site", "status"),
    [
        ("🟨 Shop is degraded (200 in 9000 ms)", "Shop", "degraded"),
        ("🟨 Shop is experiencing degraded performance (200 in 9000 ms)", "Shop", "degraded"),
        ("🟨 Shop has degraded performance (200 in 9000 ms)", "Shop", "degraded"),
        ("🟩 what is up (beta) is up (200 in 9 ms)", "what is up (beta)", "up"),
        ("🟥 a is up (200 in 1 ms) mirror is down (503 in 20 ms)", "a is up (200 in 1 ms) mirror", "down"),
    ],
)
def test_upptime_status_follows_the_last_words_before_the_brackets(
    tmp_path: Path, message: str, site: str, status: str
) -> None:
    got = batch(tmp_path, f"2026-01-20T22:50:50Z\t{message}", environments={site: "e"})
    assert got.rows.select("environment_id", "status").rows() == [("e", status)]


def test_upptime_settings_of_a_source_toml_are_known_and_checked(tmp_path: Path) -> None:
    folder = tmp_path / "monitoring" / "upptime"
    folder.mkdir(parents=True)
    toml, log = folder / "source.toml", folder / "log.tsv"
    log.write_text(GOOD, encoding="utf-8")
    toml.write_text('period_s = 86400\n[environments]\n"Wikipedia" = "wiki"\n', encoding="utf-8")
    config = load(log, tmp_path, READER.options)
    (got,) = list(read(InboxFile(log, "monitoring/upptime/log.tsv", "monitoring", "upptime", config)))
    assert got.rows.select("environment_id", "period_s").rows() == [("wiki", 86400.0)]
    for wrong in (
        "period_s = 0\n",
        "period_s = true\n",
        '[defaults]\nperiod_s = "day"\n',
        '[environments]\n"a" = 3\n',
    ):
        toml.write_text(wrong, encoding="utf-8")
        with pytest.raises(ConfigurationError, match=r"source\.toml"):
            list(
                read(
                    InboxFile(
                        log,
                        "monitoring/upptime/log.tsv",
                        "monitoring",
                        "upptime",
                        load(log, tmp_path, READER.options),
                    )
                )
            )


def test_upptime_compressed_log_reads_the_same(tmp_path: Path) -> None:
    import gzip

    path = tmp_path / "log.tsv.gz"
    path.write_bytes(gzip.compress(GOOD.encode()))
    file = InboxFile(
        path,
        "monitoring/upptime/log.tsv.gz",
        "monitoring",
        "upptime",
        SourceConfig({"environments": MAPPING}),
    )
    (got,) = list(read(file))
    assert got.rows.height == 3


REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "monitoring" / "upptime_digitaleditions.tsv"


@pytest.mark.skipif(not REAL.is_file(), reason="the real log lies beside the project, not in it")
def test_upptime_real_log_is_accepted_whole() -> None:
    file = InboxFile(
        REAL, "monitoring/upptime/log.tsv", "monitoring", "upptime", SourceConfig({"environment_id": "all"})
    )
    (got,) = list(read(file))
    assert got.rejects.height == 0
    assert dict(got.rows.group_by("status").len().rows()) == {"up": 9739, "down": 791}
    assert got.rows["probe_id"].n_unique() == 54

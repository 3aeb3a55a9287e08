"""Readers of backup listings, job logs and proofs: whose a point is, when it was, what bad input becomes."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import ConfigurationError, LivretError, UnreadableFile
from pipelines.inbox.discovery import InboxFile
from pipelines.inbox.source_config import SourceConfig
from pipelines.landing.tables import TABLES
from pipelines.readers import Batch, readers
from pipelines.readers import backups_common as common
from pipelines.readers.validation import validated

PARIS = {"time_zone": "Europe/Paris"}
HERE = {"repository_id": "r", "place": "p", **PARIS}
TAGGED = {**HERE, "environment_tag": "env"}


def read(path: Path, format_: str, /, **settings: Any) -> list[Batch]:
    """Batches of a file, each checked against the model of its table."""
    name = f"backups/{format_}/{path.name}"
    file = InboxFile(path, name, "backups", format_, SourceConfig(settings))
    batches = list(readers()["backups", format_].read(file))
    for batch in batches:
        rows, failures = validated(TABLES[batch.table].model, batch)
        assert failures.is_empty(), failures
        assert rows.height == batch.rows.height
    return batches


def rows(batches: list[Batch], table: str) -> list[dict[str, Any]]:
    return [row for batch in batches if batch.table == table for row in batch.rows.to_dicts()]


def rules(batches: list[Batch]) -> list[str]:
    return [rule for batch in batches for rule in batch.rejects["rule"].to_list()]


def put(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def snapshot(**other: object) -> dict[str, object]:
    plain = {"time": "2026-03-30T01:30:00+02:00", "id": "a" * 64, "paths": ["/srv/x"], "hostname": "h"}
    return {**plain, "tags": ["env=c1"], **other}


def listed(folder: Path, *snapshots: object, name: str = "l_2026-03-31.json", **settings: Any) -> list[Batch]:
    return read(put(folder, name, list(snapshots)), "restic", **{**TAGGED, **settings})


# ---------------------------------------------------------------- restic
def test_a_snapshot_becomes_a_point_and_its_file_a_listing(tmp_path: Path) -> None:
    batches = listed(tmp_path, snapshot(tags=["env=c1", "manual"], original="b" * 64))
    [point], [listing] = rows(batches, "points"), rows(batches, "listings")
    assert point["started_at"] == datetime(2026, 3, 29, 23, 30, tzinfo=UTC)
    assert (point["environment_id"], point["is_scheduled"], point["original_point_id"]) == (
        "c1",
        False,
        "b" * 64,
    )
    assert (listing["points"], listing["is_complete"]) == (1, True)
    assert listing["listed_at"] == point["listed_at"] == datetime(2026, 3, 30, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize("content", ["null", "[]", "\ufeff[]"])
def test_an_empty_listing_still_is_one(tmp_path: Path, content: str) -> None:
    batches = read(put(tmp_path, "l_2026-03-31.json", content), "restic", **TAGGED)
    assert [row["points"] for row in rows(batches, "listings")] == [0]


def test_grouped_and_newer_listings_are_read(tmp_path: Path) -> None:
    summary = {"backup_end": "2026-03-30T01:31:00.987654321+02:00", "total_bytes_processed": 215}
    grouped = [
        {
            "group_key": {"hostname": "h"},
            "snapshots": [snapshot(summary=summary, program_version="restic 0.17.3")],
        }
    ]
    [point] = rows(read(put(tmp_path, "l_2026-03-31.json", grouped), "restic", **TAGGED), "points")
    assert point["finished_at"] == datetime(2026, 3, 29, 23, 31, 0, 987654, tzinfo=UTC)
    assert point["size_bytes"] == 215


def test_utf16_as_a_windows_shell_writes_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "l_2026-03-31.json"
    path.write_bytes(json.dumps([snapshot()]).encode("utf-16"))
    assert len(rows(read(path, "restic", **TAGGED), "points")) == 1


@pytest.mark.parametrize(
    "content",
    [
        [{"keep": [snapshot()], "remove": None, "reasons": None}],
        [{"keep": None, "remove": [snapshot()], "tags": None, "host": "", "paths": None}],
        {"message_type": "summary", "snapshot_id": "a"},
        [{"message_type": "status"}],
        "text",
        12,
    ],
)
def test_a_plan_of_forget_and_other_outputs_are_no_listing(tmp_path: Path, content: object) -> None:
    with pytest.raises(UnreadableFile) as error:
        read(put(tmp_path, "l_2026-03-31.json", json.dumps(content)), "restic", **TAGGED)
    assert error.value.rule == "not_a_listing"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("[" * 200_000, "not_json"),
        ('[{"time": ' + "9" * 10_000 + ', "id": "x"}]', "not_json"),
        ('[{"time": NaN, "id": "x"}]', "not_json"),
        ("", "not_json"),
        ('[{"id": "x"', "not_json"),
    ],
)
def test_hostile_json_is_one_reject_for_the_file(tmp_path: Path, content: str, rule: str) -> None:
    with pytest.raises(UnreadableFile) as error:
        read(put(tmp_path, "l_2026-03-31.json", content), "restic", **TAGGED)
    assert error.value.rule == rule


def test_a_file_beyond_the_bound_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "MAX_BYTES", 100)
    with pytest.raises(UnreadableFile, match="more than 100 bytes"):
        listed(tmp_path, snapshot())


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        (snapshot(time=None), "missing_value"),
        (snapshot(time="yesterday"), "not_an_instant"),
        (snapshot(time="2026-02-30T01:30:00Z"), "not_an_instant"),
        (snapshot(time="2026-03-30T01:30:00+99:00"), "not_an_instant"),
        (snapshot(time="0001-01-01T00:00:00Z"), "instant_out_of_range"),
        (snapshot(time="9999-12-31T23:59:59-23:59"), "not_an_instant"),
        (snapshot(time="2026-03-29T02:30:00"), "local_time_does_not_exist"),
        (snapshot(time=12), "not_a_text"),
        (snapshot(id=None), "missing_value"),
        (snapshot(id=["a"]), "not_a_text"),
        (snapshot(id="\ud800"), "not_a_text"),
        (snapshot(id="a\0b"), "not_a_text"),
        (snapshot(tags="env=c1"), "not_a_list_of_texts"),
        (snapshot(paths=[1]), "not_a_list_of_texts"),
        (snapshot(tags=None), "unmapped_environment"),
        (snapshot(tags=["env=c1", "env=c2"]), "ambiguous_environment"),
        (snapshot(time="2026-04-01T00:00:00+02:00"), "started_after_listing"),
        (snapshot(summary={"total_bytes_processed": -1}), "not_a_number"),
        (snapshot(summary={"total_bytes_processed": 2**70}), "not_a_number"),
        ("text", "not_a_record"),
        (None, "not_a_record"),
    ],
)
def test_a_bad_snapshot_is_one_reject_and_its_neighbour_survives(
    tmp_path: Path, record: object, rule: str
) -> None:
    batches = listed(tmp_path, record, snapshot(id="b" * 64))
    assert rules(batches) == [rule]
    assert [row["point_id"] for row in rows(batches, "points")] == ["b" * 64]
    assert [row["points"] for row in rows(batches, "listings")] == [2], (
        "what it shows, not what could be read"
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("time", "id", "tags", "paths", "hostname", "original", "summary", "name", "archive", "start", "label",
        "timestamp", "database", "reference", "error", "info", "backup_id", "status", "repo")  # fmt: skip
RECORD = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6)
WRAPPED = st.one_of(
    JSON,
    st.lists(RECORD, max_size=3),
    st.fixed_dictionaries({"archives": st.lists(RECORD | JSON, max_size=3)}),
    st.lists(
        st.fixed_dictionaries({"backup": st.lists(RECORD | JSON, max_size=3), "name": JSON}), max_size=2
    ),
    st.dictionaries(st.text(), st.lists(RECORD | JSON, max_size=3) | RECORD, max_size=2),
)


@given(content=WRAPPED, format_=st.sampled_from(("restic", "borg", "pgbackrest", "barman", "jobs", "checks")))
def test_any_json_is_rows_rejects_or_a_refused_file_but_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, content: object, format_: str
) -> None:
    path = tmp_path_factory.getbasetemp() / f"any-{os.getpid()}_2026-03-31.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    settings: dict[str, Any] = {**TAGGED}
    if format_ == "pgbackrest":
        settings["repositories"] = {"1": {"repository_id": "r", "place": "p"}}
    try:
        batches = read(path, format_, **settings)
    except UnreadableFile:
        return
    assert all(isinstance(batch.rejects, pl.DataFrame) for batch in batches)


# ---------------------------------------------------------------- whose a point is
@pytest.mark.parametrize(
    ("settings", "record", "environment"),
    [
        ({"environment_id": "all"}, snapshot(), "all"),
        ({"environments": {"tag:env=c1": "mapped"}}, snapshot(), "mapped"),
        ({"environments": {"c1": "renamed"}}, snapshot(), "renamed"),
        ({"environments": {"path:/srv/x": "by-path"}}, snapshot(tags=[]), "by-path"),
        ({"environment_path": "/srv/{environment}"}, snapshot(tags=[]), "x"),
        (
            {"environment_path": "C:\\quadra\\{environment}\\*"},
            snapshot(tags=[], paths=["C:\\quadra\\c9\\base"]),
            "c9",
        ),
        ({"environment_path": "/srv/{environment}"}, snapshot(), "c1"),
        ({"environments": {"host:h": "by-host"}}, snapshot(tags=[]), "by-host"),
        ({"environment_host": "{environment}.net"}, snapshot(tags=[], hostname="c7.net"), "c7"),
        (
            {"environments": {"repository:r": "by-repository"}},
            snapshot(tags=[], hostname=None),
            "by-repository",
        ),
    ],
)
def test_an_environment_is_found_by_tag_path_host_or_repository(
    tmp_path: Path, settings: dict[str, Any], record: object, environment: str
) -> None:
    [point] = rows(listed(tmp_path, record, **settings), "points")
    assert point["environment_id"] == environment


def test_a_path_of_two_folders_is_not_an_environment(tmp_path: Path) -> None:
    assert rules(
        listed(tmp_path, snapshot(tags=[], paths=["/srv/a/b"]), environment_path="/srv/{environment}")
    ) == ["unmapped_environment"]


@pytest.mark.parametrize(
    ("settings", "content"),
    [
        ({}, "data"),
        ({"content": "documents"}, "documents"),
        ({"documents": ["tag:kind=docs"]}, "documents"),
        ({"documents": ["path:/srv/*"]}, "documents"),
        ({"documents": ["host:other"]}, "data"),
    ],
)
def test_documents_are_told_from_data(tmp_path: Path, settings: dict[str, Any], content: str) -> None:
    [point] = rows(listed(tmp_path, snapshot(tags=["env=c1", "kind=docs"]), **settings), "points")
    assert point["content"] == content


@pytest.mark.parametrize(
    "settings",
    [
        {"environment_path": "/srv/quadra"},
        {"environments": {"c1": 3}},
        {"documents": ["docs"]},
        {"content": "files"},
        {"listed_at": "this morning"},
        {"listed_time": "8 o'clock"},
    ],
)
def test_settings_that_cannot_work_are_told(tmp_path: Path, settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="expected"):
        listed(tmp_path, snapshot(), **settings)


@pytest.mark.parametrize("missing", ["repository_id", "place"])
def test_a_listing_needs_its_repository_and_place(tmp_path: Path, missing: str) -> None:
    settings = {key: value for key, value in TAGGED.items() if key != missing}
    with pytest.raises(UnreadableFile) as error:
        read(put(tmp_path, "l_2026-03-31.json", [snapshot()]), "restic", **settings)
    assert error.value.rule == f"{missing}_not_declared"


# ---------------------------------------------------------------- when a listing was taken
@pytest.mark.parametrize(
    ("name", "settings", "listed_at"),
    [
        ("a_2026-03-31.json", {}, "2026-03-30T22:00:00+00:00"),
        ("a_2026-03-31.json", {"listed_time": "08:00"}, "2026-03-31T06:00:00+00:00"),
        ("a_2026-03-30.json", {}, "2026-03-29T23:30:00+00:00"),  # not before the last point it shows
        ("a_20260331T0815.json", {}, "2026-03-31T06:15:00+00:00"),
        ("a_2026-03-31_08-15-30.json", {}, "2026-03-31T06:15:30+00:00"),
        ("a_2026-03-31T08:15:30Z.json", {}, "2026-03-31T08:15:30+00:00"),
        ("2026-01-01_to_2026-03-31.json.gz.json", {}, "2026-03-30T22:00:00+00:00"),
        ("a_2026-03-31.json", {"listed_at": "2026-04-01T08:00:00+02:00"}, "2026-04-01T06:00:00+00:00"),
        (
            "a_2026-03-31.json",
            {"listed_at": datetime(2026, 4, 1, 6, tzinfo=UTC)},
            "2026-04-01T06:00:00+00:00",
        ),
        ("a_99999999.json", {}, "2026-04-02T00:00:00+00:00"),  # no date: the file's own time
    ],
)
def test_a_listing_is_dated_by_setting_name_or_file(
    tmp_path: Path, name: str, settings: dict[str, Any], listed_at: str
) -> None:
    path = put(tmp_path, name, [snapshot()])
    at = datetime(2026, 4, 2, tzinfo=UTC).timestamp()
    os.utime(path, (at, at))
    [listing] = rows(read(path, "restic", **{**TAGGED, **settings}), "listings")
    assert listing["listed_at"] == datetime.fromisoformat(listed_at)


def test_a_date_in_a_name_needs_its_zone(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as error:
        read(
            put(tmp_path, "l_2026-03-31.json", [snapshot()]),
            "restic",
            repository_id="r",
            place="p",
            environment_tag="env",
        )
    assert error.value.rule == "listed_at_without_zone"


def test_a_filtered_listing_is_told_from_a_whole_one(tmp_path: Path) -> None:
    batches = listed(tmp_path, snapshot(), complete=False)
    assert [row["is_complete"] for row in rows(batches, "listings")] == [False]
    assert batches[0].notes == ("declared incomplete: shows points, proves no absence",)


# ---------------------------------------------------------------- borg
def archive(**other: object) -> dict[str, object]:
    return {"name": "c1-2026-03-30", "id": "c" * 64, "start": "2026-03-30T00:30:00.000000", **other}


def borg(folder: Path, *archives: object, **settings: Any) -> list[Batch]:
    content = {"archives": list(archives), "repository": {"id": "d" * 64}}
    path = put(folder, "b_2026-03-31.json", content)
    return read(path, "borg", **{"place": "p", "environment_name": "{environment}-*", **settings})


def test_times_of_borg_need_a_zone(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as error:
        borg(tmp_path, archive(), listed_at="2026-03-31T08:00:00Z")
    assert error.value.rule == "instant_without_offset"
    [point] = rows(borg(tmp_path, archive(), time_zone="Europe/Paris"), "points")
    assert point["started_at"] == datetime(2026, 3, 29, 22, 30, tzinfo=UTC)
    assert (point["repository_id"], point["environment_id"]) == ("d" * 64, "c1")


def test_times_of_borg_2_carry_an_offset_and_need_none(tmp_path: Path) -> None:
    newer = archive(start="2026-03-30T00:30:00.000000+02:00", tags=["env=c8"], hostname="h")
    settings = {"listed_at": "2026-03-31T08:00:00Z", "environment_tag": "env"}
    [point] = rows(borg(tmp_path, newer, **settings), "points")
    assert (point["started_at"], point["environment_id"]) == (datetime(2026, 3, 29, 22, 30, tzinfo=UTC), "c8")


@pytest.mark.parametrize("name", ["c1-x.checkpoint", "c1-x.checkpoint.2"])
def test_a_checkpoint_is_told_and_is_no_point(tmp_path: Path, name: str) -> None:
    batches = borg(tmp_path, archive(name=name, start="2099-01-01T00:00:00"), archive(), **PARIS)
    assert rules(batches) == ["checkpoint_not_a_point"]
    assert len(rows(batches, "points")) == 1


def test_names_with_hyphens_need_a_closer_convention(tmp_path: Path) -> None:
    hyphens = archive(name="client-a-2026-03-30")
    [point] = rows(borg(tmp_path, hyphens, environment_name="{environment}-????-??-??", **PARIS), "points")
    assert point["environment_id"] == "client-a"


def test_the_hour_that_comes_twice_needs_a_choice(tmp_path: Path) -> None:
    twice = archive(start="2025-10-26T02:30:00.000000")
    assert rules(borg(tmp_path, twice, **PARIS)) == ["local_time_comes_twice"]
    [point] = rows(borg(tmp_path, twice, ambiguous="latest", **PARIS), "points")
    assert point["started_at"] == datetime(2025, 10, 26, 1, 30, tzinfo=UTC)


# ---------------------------------------------------------------- pgBackRest
def backup(**other: object) -> dict[str, object]:
    return {
        "label": "20260330-001500F",
        "database": {"id": 1, "repo-key": 1},
        "timestamp": {"start": 1774822500, "stop": 1774822506},
        "error": False,
        "info": {"size": 40},
        "prior": None,
        "reference": None,
        **other,
    }


def stanza(*backups: object, **other: object) -> dict[str, object]:
    repositories = [{"key": key, "status": {"code": 0, "message": "ok"}} for key in (1, 2)]
    return {"name": "c1", "backup": list(backups), "repo": repositories, **other}


def pgbackrest(folder: Path, *stanzas: object, **settings: Any) -> list[Batch]:
    places = {"1": {"repository_id": "pa", "place": "a"}, "2": {"repository_id": "pb", "place": "b"}}
    return read(
        put(folder, "i_2026-03-31.json", list(stanzas)),
        "pgbackrest",
        **{**PARIS, "repositories": places, **settings},
    )


def test_a_stanza_of_a_repository_is_a_catalogue_and_an_empty_one_too(tmp_path: Path) -> None:
    incremental = backup(
        label="20260330-001500F_20260331-001500I", prior="20260330-001500F", reference=["20260330-001500F"]
    )
    batches = pgbackrest(tmp_path, stanza(backup(), incremental))
    listings = {row["repository_id"]: (row["place"], row["points"]) for row in rows(batches, "listings")}
    assert listings == {"pa/c1": ("a", 2), "pb/c1": ("b", 0)}
    assert [row["parent_point_id"] for row in rows(batches, "points")] == [None, "20260330-001500F"]
    assert {row["environment_id"] for row in rows(batches, "points")} == {"c1"}


def test_a_point_with_page_errors_is_damaged(tmp_path: Path) -> None:
    assert [row["status"] for row in rows(pgbackrest(tmp_path, stanza(backup(error=True))), "points")] == [
        "damaged"
    ]


def test_a_prior_that_the_references_leave_out_is_needed_too(tmp_path: Path) -> None:
    [point] = rows(pgbackrest(tmp_path, stanza(backup(prior="p", reference=["f"]))), "points")
    assert point["parent_point_id"] == "f p"


def test_a_repository_that_could_not_be_read_proves_nothing(tmp_path: Path) -> None:
    unread = [{"key": 1, "status": {"code": 99, "message": "other"}}, {"key": 2, "status": {"code": 0}}]
    batches = pgbackrest(tmp_path, stanza(backup(), repo=unread))
    assert [row["repository_id"] for row in rows(batches, "listings")] == ["pb/c1"]
    assert rules(batches) == ["repository_not_readable"]


def test_a_repository_number_without_a_place_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as error:
        pgbackrest(tmp_path, stanza(backup()), repositories={"1": {"repository_id": "pa", "place": "a"}})
    assert error.value.rule == "repository_not_declared"


# ---------------------------------------------------------------- Barman
def barman(folder: Path, content: object, **settings: Any) -> list[Batch]:
    return read(put(folder, "b_2026-03-31.json", content), "barman", **{**HERE, **settings})


def test_servers_of_barman_are_catalogues_and_a_state_short_of_its_wal_is_partial(tmp_path: Path) -> None:
    done = {
        "backup_id": "20260330T011500",
        "status": "DONE",
        "end_time_timestamp": "1774826400",
        "size_bytes": 7,
    }
    content = {
        "c1": [done, {"backup_id": "20260329T011500", "status": "FAILED"},
               {"backup_id": "20260328T011500", "status": "WAITING_FOR_WALS"},
               {"backup_id": "20260331T011500", "status": "STARTED"}],
        "c2": [],
    }  # fmt: skip
    batches = barman(tmp_path, content)
    points = rows(batches, "points")
    assert [(row["point_id"], row["status"]) for row in points] == [
        ("20260330T011500", None), ("20260329T011500", "failed"), ("20260328T011500", "partial")
    ]  # fmt: skip
    assert points[0]["started_at"] == datetime(2026, 3, 29, 23, 15, tzinfo=UTC)
    assert rules(batches) == ["not_finished"]
    assert {row["repository_id"]: row["points"] for row in rows(batches, "listings")} == {
        "r/c1": 4,
        "r/c2": 0,
    }


def test_show_backup_shows_a_point_and_proves_no_absence(tmp_path: Path) -> None:
    base = {"begin_time_timestamp": "1774822500", "end_time_timestamp": "1774826400", "disk_usage_bytes": 9}
    content = {"c1": {"backup_id": "20260330T001500", "status": "DONE", "base_backup_information": base}}
    batches = barman(tmp_path, content)
    [point], [listing] = rows(batches, "points"), rows(batches, "listings")
    assert (point["started_at"], point["size_bytes"]) == (datetime(2026, 3, 29, 22, 15, tzinfo=UTC), 9)
    assert listing["is_complete"] is False


def test_an_incremental_of_barman_needs_the_backup_that_its_catalogue_names(tmp_path: Path) -> None:
    """As Barman 3.19 prints it: the parent in `catalog_information`, sizes under other names than before 3.11."""
    base = {"backup_method": "postgres", "begin_time_timestamp": "1774822500", "backup_size_bytes": 9}
    catalogue = {
        "retention_policy": "not enforced",
        "previous_backup": "20260329T001500",
        "root_backup_id": "20260328T001500",
        "parent_backup_id": "20260329T001500",
        "chain_size": 3,
    }
    shown = {"backup_id": "20260330T001500", "status": "DONE", "backup_type": "incremental"}
    content = {"c1": {**shown, "base_backup_information": base, "catalog_information": catalogue}}
    [point] = rows(barman(tmp_path, content), "points")
    assert (point["parent_point_id"], point["size_bytes"]) == ("20260329T001500", 9)


def test_keys_of_barman_are_local_times(tmp_path: Path) -> None:
    content = {"c1": [{"backup_id": "20260330T011500", "status": "DONE"}]}
    path = put(tmp_path, "b.json", content)
    with pytest.raises(UnreadableFile) as error:
        read(path, "barman", repository_id="r", place="p", listed_at="2026-03-31T08:00:00Z")
    assert error.value.rule == "instant_without_offset"


# ---------------------------------------------------------------- job log
def job(**other: object) -> dict[str, object]:
    return {"tool": "restic", "op": "backup", "env": "c1", "site": "site-a",
            "started_local": "2026-03-30 01:30:00",
            "exit_code": 0, "stderr": "", "summary": None, **other}  # fmt: skip


def jobs(folder: Path, *records: object, **settings: Any) -> list[Batch]:
    text = "\n".join(record if isinstance(record, str) else json.dumps(record) for record in records)
    return read(put(folder, "jobs.ndjson", text), "jobs", **{**PARIS, **settings})


@pytest.mark.parametrize(
    ("tool", "code", "status"),
    [
        ("restic", 0, "success"), ("restic", 3, "partial"), ("restic", 1, "failed"), ("restic", -9, "failed"),
        ("borg", 1, "partial"), ("borg", 105, "partial"), ("borg", 2, "failed"), ("borg", 3, "failed"),
        ("pg_dump", 3, "partial"), ("pg_dump", 1, "failed"),
    ],
)  # fmt: skip
def test_an_exit_status_means_what_its_tool_means(tmp_path: Path, tool: str, code: int, status: str) -> None:
    assert [row["status"] for row in rows(jobs(tmp_path, job(tool=tool, exit_code=code)), "jobs")] == [status]


def test_a_job_tells_its_point_end_and_repository(tmp_path: Path) -> None:
    summary = {"snapshot_id": "6028b5af", "total_duration": 0.5}
    [row] = rows(
        jobs(
            tmp_path, job(summary=summary, stderr=" x "), repositories={"restic/site-a": "ra-{environment}"}
        ),
        "jobs",
    )
    assert (row["repository_id"], row["point_id"], row["message"]) == ("ra-c1", "6028b5af", "x")
    assert row["finished_at"] == datetime(2026, 3, 29, 23, 30, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        ("{", "not_json"),
        ("[1]", "not_a_record"),
        (job(exit_code=None), "missing_value"),
        (job(exit_code="0"), "not_a_number"),
        (job(exit_code=True), "not_a_number"),
        (job(started_local="2026-03-29 02:30:00"), "local_time_does_not_exist"),
        (job(env=None), "missing_value"),
        (job(site="site-z"), "repository_not_declared"),
        (job(summary={"total_duration": 1e300}), "not_a_number"),
    ],
)
def test_a_bad_line_of_the_job_log_is_one_reject(tmp_path: Path, record: object, rule: str) -> None:
    batches = jobs(tmp_path, record, job(), repositories={"site-a": "ra"})
    assert rules(batches) == [rule]
    assert len(rows(batches, "jobs")) == 1


def test_jobs_without_a_zone_are_rejected_one_by_one(tmp_path: Path) -> None:
    path = put(tmp_path, "jobs.ndjson", json.dumps(job()))
    assert rules(read(path, "jobs")) == ["instant_without_offset"]


# ---------------------------------------------------------------- proofs
BEGUN = "2026-03-30 08:00:00.1 P00   INFO: verify command begin\n"
ENDED = "2026-03-30 08:01:00.1 P00   INFO: verify command end: completed successfully\nexit=0"


@pytest.mark.parametrize(
    ("text", "tool", "result"),
    [
        ("check all packs\nno errors were found\nexit=0\n", "restic", "success"),
        ("check all packs\nno errors were found\n", "restic", "success"),
        ("check all packs\nno errors were found\nexit=1\n", "restic", "failed"),
        ("check all packs\npack 1234 contains errors\nexit=0\n", "restic", "failed"),
        ("Starting repository check\nFinished full repository check, errors found.\n", "borg", "failed"),
        (BEGUN + ENDED, "pgbackrest", "success"),
        (BEGUN + "  status: error\n" + ENDED, "pgbackrest", "failed"),
    ],
)  # fmt: skip
def test_a_check_is_worth_its_exit_status_and_its_words(
    tmp_path: Path, text: str, tool: str, result: str
) -> None:
    [row] = rows(read(put(tmp_path, "check_2026-03-31.txt", text), "checks", **HERE), "integrity_checks")
    assert (row["tool"], row["result"]) == (tool, result)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "empty_file"),
        ("hello\n", "unknown_check"),
        ("check all packs\n", "result_not_told"),
        ("restoring <Snapshot 8d91ebfe of [/srv/x] at now by me> to /tmp\n", "result_not_told"),
        ("restoring <Snapshot 8d91ebfe of [/srv/x] at now by me> to /tmp\nexit=0", "unmapped_environment"),
    ],
)
def test_a_text_that_proves_nothing_is_refused(tmp_path: Path, text: str, rule: str) -> None:
    with pytest.raises(UnreadableFile) as error:
        read(put(tmp_path, "check_2026-03-31.txt", text), "checks", **HERE)
    assert error.value.rule == rule


@pytest.mark.parametrize(("difference", "result"), [(0, "success"), (1, "failed")])
def test_a_restore_is_worth_its_comparison_with_the_source(
    tmp_path: Path, difference: int, result: str
) -> None:
    text = f"restoring <Snapshot 8d91ebfe of [/srv/c1] at now by me> to /r\nexit=0\ndiff_exit={difference}\n"
    path = put(tmp_path, "restore_2026-03-31.txt", text)
    [row] = rows(read(path, "checks", environment_path="/srv/{environment}", **HERE), "restores")
    assert (row["environment_id"], row["point_id"], row["result"], row["kind"]) == (
        "c1",
        "8d91ebfe",
        result,
        "test",
    )


def test_every_error_of_a_reader_is_one_that_people_are_told() -> None:
    assert issubclass(UnreadableFile, LivretError)

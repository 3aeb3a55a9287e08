"""Reader `tickets/event_log`: the rows of a help desk's event log become events with a role."""

from __future__ import annotations

import csv
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import ConfigurationError, UnreadableFile
from pipelines.inbox.discovery import InboxFile
from pipelines.inbox.source_config import SourceConfig, load
from pipelines.readers import rejects_frame
from pipelines.readers.tickets_event_log import READER, ValueFound, read, values_found
from pipelines.schemas.tickets import EVENT_ROLES, TicketEvents

HEADER = "Case ID,Activity,Stamp,Variant,Variant,seriousness,customer\n"
COLUMNS = {
    "ticket_id": "Case ID",
    "event": "Activity",
    "event_at": "Stamp",
    "criticality": "seriousness",
    "client_id": "customer",
}
SETTINGS = {
    "time_zone": "UTC",
    "time_format": "%Y/%m/%d %H:%M:%S%.f",
    "columns": COLUMNS,
    "defaults": {"kind": "incident", "channel": "support"},
    "events": {"Insert ticket": "created", "Take in charge ticket": "taken_in_charge", "Closed": "closed"},
    "criticalities": {"Value 1": "critical", "Value 2": "high"},
}


def inbox_file(tmp_path: Path, content: str | bytes, **settings: object) -> InboxFile:
    path = tmp_path / "log.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    config = SourceConfig({**SETTINGS, **settings})
    return InboxFile(path, "tickets/event_log/log.csv", "tickets", "event_log", config)


def events(file: InboxFile) -> tuple[pl.DataFrame, pl.DataFrame, tuple[str, ...]]:
    """Rows, rejects and notes of the whole file; the rows keep the strict model."""
    batches = list(read(file))
    rows = pl.concat([batch.rows for batch in batches])
    TicketEvents.validate(rows.filter(pl.col("client_id").is_not_null()), lazy=True)
    rejects = pl.concat([rejects_frame([]), *[batch.rejects for batch in batches]])
    return rows, rejects, tuple(note for batch in batches for note in batch.notes)


def test_event_log_rows_get_a_role_and_an_instant_in_utc(tmp_path: Path) -> None:
    content = HEADER + (
        "Case 1,Insert ticket,2012/10/09 14:50:17.000,V 1,V 1,Value 1,C9\n"
        "Case 1,Take in charge ticket,2012/10/09 14:51:01.250,V 1,V 1,Value 2,C9\n"
    )
    rows, rejects, _ = events(inbox_file(tmp_path, content))
    assert rejects.is_empty()
    assert rows.select(
        "line", "ticket_id", "event_at", "role", "criticality", "criticality_given", "client_id"
    ).rows() == [
        (2, "Case 1", datetime(2012, 10, 9, 14, 50, 17, tzinfo=UTC), "created", "critical", "Value 1", "C9"),
        (
            3,
            "Case 1",
            datetime(2012, 10, 9, 14, 51, 1, 250_000, UTC),
            "taken_in_charge",
            "high",
            "Value 2",
            "C9",
        ),
    ]
    assert rows["kind"].unique().to_list() == ["incident"]


def test_event_log_stamps_are_read_in_the_declared_zone(tmp_path: Path) -> None:
    content = HEADER + (
        "A,Closed,2024/07/01 10:00:00.000,,,,C\n"
        "A,Closed,2024/03/31 02:30:00.000,,,,C\n"  # does not exist in Paris
        "A,Closed,2024/10/27 02:30:00.000,,,,C\n"  # comes twice
    )
    rows, rejects, _ = events(inbox_file(tmp_path, content, time_zone="Europe/Paris"))
    assert rows["event_at"].to_list() == [datetime(2024, 7, 1, 8, tzinfo=UTC)]
    assert rejects.select("line", "rule").rows() == [
        (3, "local_time_does_not_exist"),
        (4, "local_time_comes_twice"),
    ]


def test_event_log_without_a_zone_rejects_stamps_without_offset(tmp_path: Path) -> None:
    rows, rejects, _ = events(
        inbox_file(tmp_path, HEADER + "A,Closed,2024/07/01 10:00:00,,,,C\n", time_zone=None)
    )
    assert rows.is_empty() and rejects["rule"].to_list() == ["instant_without_offset"]


def test_event_log_format_with_an_offset_needs_no_zone(tmp_path: Path) -> None:
    file = inbox_file(
        tmp_path,
        HEADER + "A,Closed,01.07.2024 10:00 +0200,,,,C\n",
        time_zone=None,
        time_format="%d.%m.%Y %H:%M %z",
    )
    assert events(file)[0]["event_at"].to_list() == [datetime(2024, 7, 1, 8, tzinfo=UTC)]


def test_event_log_rejects_an_unmapped_event_with_its_name_and_tells_the_count(tmp_path: Path) -> None:
    content = HEADER + (
        "A,Frobnicate,2024/07/01 10:00:00,,,Value 1,C\n"
        "A,Closed,2024/07/01 11:00:00,,,Value 1,C\n"
        "B,Frobnicate,2024/07/01 12:00:00,,,Value 1,C\n"
    )
    rows, rejects, notes = events(inbox_file(tmp_path, content))
    assert rows.height == 1
    assert rejects.select("line", "rule", "column", "value").rows() == [
        (2, "unmapped_event", "event", "Frobnicate"),
        (4, "unmapped_event", "event", "Frobnicate"),
    ]
    assert "Frobnicate" in rejects["raw"][0]
    assert "event 'Frobnicate' is not mapped (2 rows); add it under [events] in source.toml" in notes


def test_event_log_keeps_a_ticket_whose_criticality_is_unmapped_and_tells_it(tmp_path: Path) -> None:
    rows, rejects, notes = events(inbox_file(tmp_path, HEADER + "A,Closed,2024/07/01 11:00:00,,,P9,C\n"))
    assert rejects.is_empty()
    assert rows.select("criticality", "criticality_given").rows() == [(None, "P9")]
    assert any("criticality 'P9' is not mapped (1 rows)" in note for note in notes)


@pytest.mark.parametrize(("column", "rule"), [("kind", "unmapped_kind"), ("channel", "unmapped_channel")])
def test_event_log_rejects_an_unmapped_kind_or_channel(tmp_path: Path, column: str, rule: str) -> None:
    file = inbox_file(
        tmp_path, HEADER + "A,Closed,2024/07/01 11:00:00,x,,,C\n", columns={**COLUMNS, column: "Variant"}
    )
    _, rejects, _ = events(file)
    assert rejects.select("rule", "column", "value").rows() == [(rule, column, "x")]


def test_event_log_takes_the_reason_of_a_not_covered_event_from_its_name(tmp_path: Path) -> None:
    file = inbox_file(
        tmp_path,
        HEADER + "A,DUPLICATE,2024/07/01 11:00:00,,,,C\nA,Closed,2024/07/01 12:00:00,,,,C\n",
        events={"DUPLICATE": "not_covered", "Closed": "closed"},
        not_covered_reasons={"DUPLICATE": "duplicate"},
    )
    assert events(file)[0]["not_covered_reason"].to_list() == ["duplicate", None]


def test_event_log_reads_a_column_that_stands_twice_under_a_name_of_its_own(tmp_path: Path) -> None:
    content = HEADER + "A,Closed,2024/07/01 11:00:00,one,two,,C\n"
    rows, _, notes = events(inbox_file(tmp_path, content, columns={**COLUMNS, "subject": "Variant"}))
    assert rows["subject"].to_list() == ["one"]
    assert any("column 'Variant' stands twice; the first one is read" in note for note in notes)
    rows, _, _ = events(inbox_file(tmp_path, content, columns={**COLUMNS, "subject": "Variant.2"}))
    assert rows["subject"].to_list() == ["two"]


def test_event_log_reads_ndjson_as_well(tmp_path: Path) -> None:
    path = tmp_path / "log.ndjson"
    path.write_text(
        '{"ticket_id": "A", "event": "closed", "event_at": "2024-07-01T10:00:00Z", "client_id": "c",'
        ' "kind": "incident", "channel": "support"}\n'
    )
    file = InboxFile(path, "tickets/event_log/log.ndjson", "tickets", "event_log", SourceConfig())
    assert events(file)[0].select("role", "event_at").rows() == [
        ("closed", datetime(2024, 7, 1, 10, tzinfo=UTC))
    ]


def test_event_log_lists_the_values_found_with_counts_and_what_they_are_read_as(tmp_path: Path) -> None:
    content = HEADER + (
        "A,Closed,2024/07/01 11:00:00,,,Value 1,C\n"
        "B,Closed,2024/07/01 11:00:00,,,P9,C\n"
        "B,Odd,2024/07/01 11:00:00,,,P9,C\n"
    )
    found = values_found(inbox_file(tmp_path, content))
    assert [value for value in found if value.column in ("event", "criticality")] == [
        ValueFound("event", "Closed", "closed", 2),
        ValueFound("event", "Odd", None, 1),
        ValueFound("criticality", "P9", None, 2),
        ValueFound("criticality", "Value 1", "critical", 1),
    ]
    assert ValueFound("kind", "incident", "incident", 3) in found


@pytest.mark.parametrize(
    ("option", "table", "told"),
    [
        ("events", {"Closed": "shut"}, "events.'Closed' = 'shut', expected one of created"),
        ("criticalities", {"1": "urgent"}, "criticalities.'1' = 'urgent', expected one of critical"),
        ("kinds", {"x": 3}, "kinds.'x' = 3"),
        ("columns", {"when": "Stamp"}, "columns.when is unknown; known are ticket_id"),
    ],
)
def test_event_log_refuses_a_mapping_to_nowhere(
    tmp_path: Path, option: str, table: object, told: str
) -> None:
    with pytest.raises(ConfigurationError, match=told.replace(".", r"\.")):
        list(read(inbox_file(tmp_path, HEADER + "A,Closed,2024/07/01 11:00:00,,,,C\n", **{option: table})))


def test_event_log_without_its_columns_is_unreadable_and_says_which(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no column 'Stamp'"):
        list(read(inbox_file(tmp_path, "Case ID,Activity\nA,Closed\n")))


def test_event_log_settings_are_known_to_source_toml(tmp_path: Path) -> None:
    folder = tmp_path / "tickets" / "event_log"
    folder.mkdir(parents=True)
    (folder / "source.toml").write_text(
        'time_format = "%Y"\n[events]\nA = "closed"\n[criticalities]\nB = "high"\n[kinds]\n[channels]\n'
        "[anomaly_levels]\n[not_covered_reasons]\n"
    )
    config = load(folder / "log.csv", tmp_path, READER.options)
    assert config.get("events") == {"A": "closed"}
    (folder / "source.toml").write_text('[event]\nA = "closed"\n')
    with pytest.raises(ConfigurationError, match="unknown key 'event'"):
        load(folder / "log.csv", tmp_path, READER.options)


FIELD = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)


@settings(deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            FIELD.filter(str.strip),
            st.sampled_from(["Insert ticket", "Closed", "Odd", "", *EVENT_ROLES]),
            st.sampled_from(["2024/07/01 11:00:00.000", "2024/02/30 11:00:00", "soon", ""]),
            FIELD,
        ),
        max_size=30,
    ),
    seed=st.integers(0, 10),
)
def test_event_log_accounts_for_every_row_whatever_it_holds(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str, str]], seed: int
) -> None:
    path = tmp_path_factory.mktemp("log") / "log.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["Case ID", "Activity", "Stamp", "seriousness", "customer"])
        order = random.Random(seed).sample(rows, len(rows))
        writer.writerows((*row, "client") for row in order)
    file = InboxFile(path, "tickets/event_log/log.csv", "tickets", "event_log", SourceConfig(SETTINGS))
    batches = list(read(file))
    kept = pl.concat([batch.rows for batch in batches])
    lines = [*kept["line"], *(line for batch in batches for line in batch.rejects["line"])]
    assert len(lines) == len(rows) and max(Counter(lines).values(), default=1) == 1
    told = sum(value.count for value in values_found(file) if value.column == "event")
    assert told == sum(bool(event.strip()) for _, event, _, _ in rows)

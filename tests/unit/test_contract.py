"""The contract folder: the booklet's own rows, and every way a folder can be wrong, told with file and
line.
"""

from __future__ import annotations

import csv
import itertools
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contract.booklet import Contract, load, write
from pipelines.contract.files import seconds_of_day
from pipelines.contract.tables import TABLES
from pipelines.contract.zones import zone_stretches
from pipelines.errors import ConfigurationError

BOOKLET = Path(__file__).resolve().parents[2] / "data" / "contract"
Row = dict[str, str]


@pytest.fixture(scope="module")
def booklet() -> Contract:
    return load(BOOKLET)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the booklet's folder, free to be spoiled."""
    copy = tmp_path / "contract"
    shutil.copytree(BOOKLET, copy)
    return copy


def rows_of(folder: Path, name: str) -> list[Row]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def put(folder: Path, name: str, rows: list[Row], header: list[str] | None = None) -> None:
    header = header or [column.name for table in TABLES if table.name == name for column in table.columns]
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def add(folder: Path, name: str, **values: str) -> int:
    """Append a row like the first one with other values; gives its line."""
    rows = rows_of(folder, name)
    like = (
        rows[0]
        if rows
        else {"contract_id": "quadra-expert-2023-09", "valid_from": "2010-01-01", "clause": "art. 5"}
    )
    rows.append({**like, **values})
    put(folder, name, rows)
    return len(rows) + 1


def refused(folder: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(folder)
    assert caught.value.exit_status == 2
    return str(caught.value)


# ---------------------------------------------------------------- the booklet's own rows
def target(
    contract: Contract, commitment: str, criticality: str | None = None
) -> tuple[Decimal, str, str | None]:
    rows = contract.tables["targets"].filter(
        (pl.col("commitment") == commitment) & pl.col("criticality").eq_missing(pl.lit(criticality))
    )
    assert rows.height == 1
    row = rows.row(0, named=True)
    return row["value"], row["unit"], row["clock"]


def test_targets_are_the_numbers_of_the_booklet(booklet: Contract) -> None:
    assert target(booklet, "availability") == (Decimal("99.5"), "pct", "reference")
    assert target(booklet, "take_in_charge", "critical") == (4, "h", "support")
    assert target(booklet, "take_in_charge", "high") == (6, "h", "support")
    assert target(booklet, "take_in_charge", "moderate") == (8, "h", "support")
    assert target(booklet, "action_plan", "1") == (12, "h", "support")
    assert target(booklet, "fix_or_workaround", "2") == (6, "working_day", "working_day")
    assert target(booklet, "maintenance_notice") == (48, "h", None)
    assert target(booklet, "backup_retention") == (45, "day", None)
    assert target(booklet, "backup_places") == (2, "count", None)
    assert target(booklet, "history_years") == (3, "year", None)
    assert target(booklet, "tax_retention_years") == (6, "year", None)
    assert target(booklet, "document_space") == (5 * 10**9, "byte", None), "R15: GB of 10^9 bytes"
    assert target(booklet, "certification_pass_mark") == (70, "pct", None)
    assert target(booklet, "certification_retry_wait") == (7, "day", None)


def test_level_3_anomalies_have_no_target(booklet: Contract) -> None:
    assert booklet.tables["targets"].filter(pl.col("criticality") == "3").is_empty()
    assert booklet.tables["clauses"].filter(pl.col("title").str.contains("criticité 3"))[
        "nature"
    ].to_list() == ["not_measurable"]


def windows(contract: Contract, clock: str) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    for row in contract.tables["clocks"].filter(pl.col("clock") == clock).iter_rows(named=True):
        found.setdefault(row["weekday"], []).append((row["opens_s"] // 3600, row["closes_s"] // 3600))
    return found


def test_clocks_are_those_of_the_booklet(booklet: Contract) -> None:
    assert windows(booklet, "reference") == {key: [(7, 20)] for key in range(1, 6)}
    assert windows(booklet, "support") == {key: [(9, 17)] for key in range(1, 6)}
    assert windows(booklet, "customer_service") == {**{key: [(9, 18)] for key in range(1, 5)}, 5: [(9, 17)]}
    assert windows(booklet, "working_day") == {key: [(0, 24)] for key in range(1, 6)}


def test_maintenance_is_the_complement_of_the_reference_on_every_kind_of_day(booklet: Contract) -> None:
    reference, maintenance = windows(booklet, "reference"), windows(booklet, "maintenance")
    for weekday in range(1, 9):
        hours = sorted(reference.get(weekday, []) + maintenance[weekday])
        assert hours[0][0] == 0
        assert hours[-1][1] == 24
        assert all(left[1] == right[0] for left, right in itertools.pairwise(hours)), (
            weekday,
            hours,
        )


def test_every_article_has_a_clause_and_every_number_an_article(booklet: Contract) -> None:
    articles = set(booklet.tables["clauses"]["article"])
    assert articles == {str(number) for number in range(1, 21)} | {"20 bis"}
    for name in ("targets", "terms", "clocks", "exclusions", "coverage", "clauses"):
        assert booklet.tables[name]["clause"].str.starts_with("art. ").all(), name


def test_all_five_causes_are_excluded_and_maintenance_only_in_its_clock(booklet: Contract) -> None:
    rows = booklet.tables["exclusions"].select("cause", "is_excluded", "only_inside_clock").rows()
    assert len(rows) == 5
    assert all(is_excluded for _, is_excluded, _ in rows)
    assert {cause: clock for cause, _, clock in rows if clock} == {"maintenance_window": "maintenance"}


def test_every_term_the_booklet_sets_has_a_default_row(booklet: Contract) -> None:
    assert set(booklet.tables["terms"]["term"]) <= set(booklet.tables["term_defaults"]["term"])


def test_defaults_mean_what_the_readings_say(booklet: Contract) -> None:
    defaults = dict(booklet.tables["term_defaults"].select("term", "value").rows())
    assert defaults["quorum"] == "majority"
    assert defaults["probe_validity_periods"] == "3"
    assert defaults["confirmation_checks"] == "1"
    assert defaults["minimum_outage_s"] == "0"
    assert defaults["history_rule"] == "conservative"
    assert defaults["waiting_stops_clock"] == "false"
    assert defaults["maintenance_blocking_from"] is None, "a rule of this booklet, not of every contract"


# ---------------------------------------------------------------- folders that are fine
def test_header_only_files_and_unknown_columns_are_fine(folder: Path) -> None:
    for name in (
        "clocks",
        "clock_exceptions",
        "targets",
        "terms",
        "exclusions",
        "clauses",
        "holidays",
        "coverage",
    ):
        put(folder, name, [])
    rows = [{**row, "remark": "ours"} for row in rows_of(folder, "contracts")]
    put(folder, "contracts", rows, [*rows[0]])
    contract = load(folder)
    assert contract.tables["targets"].is_empty()
    assert "remark" not in contract.tables["contracts"].columns


@pytest.mark.parametrize("how", ["empty", "missing"])
def test_a_contract_without_coverage_rows_takes_the_defaults(folder: Path, how: str) -> None:
    if how == "empty":
        put(folder, "coverage", [])
    else:
        (folder / "coverage.csv").unlink()
    rows = load(folder).tables["coverage"].select("channel", "kind", "reason", "valid_from").rows()
    assert rows == [
        ("customer_service", None, "customer_service", date(2010, 1, 1)),
        (None, "usage_question", "usage_question", date(2010, 1, 1)),
        (None, "paid_service", "paid_service", date(2010, 1, 1)),
    ]


def test_coverage_may_name_the_status_of_a_user_or_lack_the_column(folder: Path) -> None:
    (folder / "coverage.csv").write_text(
        "contract_id,channel,kind,reason,valid_from,valid_until,clause\n"
        "quadra-expert-2023-09,,usage_question,usage_question,2010-01-01,,art. 15\n",
        encoding="utf-8",
    )
    assert load(folder).tables["coverage"]["user_status"].to_list() == [None]
    (folder / "coverage.csv").write_text(
        "contract_id,channel,kind,user_status,reason,valid_from,valid_until,clause\n"
        "quadra-expert-2023-09,,usage_question,expert,usage_question,2010-01-01,,art. 15\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigurationError, match=r"coverage\.csv:2: .*one of certified, learning, neither"):
        load(folder)


def test_two_contracts_with_their_own_zones_live_in_one_folder(folder: Path) -> None:
    add(folder, "contracts", contract_id="overseas", time_zone="Indian/Reunion")
    add(folder, "clocks", contract_id="overseas", clock="support", opens="08:00", closes="24:00")
    contract = load(folder)
    assert set(contract.tables["zone_offsets"]["time_zone"]) == {"Europe/Paris", "Indian/Reunion"}
    row = contract.tables["clocks"].filter(pl.col("contract_id") == "overseas").row(0, named=True)
    assert (row["opens"], row["closes"], row["opens_s"], row["closes_s"]) == (
        "08:00:00",
        "24:00:00",
        28800,
        86400,
    )


def test_a_target_may_change_on_the_day_the_older_one_ends(folder: Path) -> None:
    rows = rows_of(folder, "targets")
    rows[0]["valid_until"] = "2026-01-16"
    put(
        folder,
        "targets",
        [*rows, {**rows[0], "valid_from": "2026-01-16", "valid_until": "", "value": "99.9"}],
    )
    assert load(folder).tables["targets"].filter(pl.col("commitment") == "availability").height == 2


def test_windows_that_touch_or_overlap_are_fine(folder: Path) -> None:
    add(folder, "clocks", clock="support", weekday="1", opens="16:59:59", closes="18:00:00")
    for opens, closes in (("08:00", "12:30"), ("12:00", "13:00")):
        add(folder, "clock_exceptions", clock="support", day="2026-03-02", opens=opens, closes=closes)
    assert load(folder).tables["clock_exceptions"]["opens_s"].to_list() == [28800, 43200]


def test_a_date_closed_all_day_has_neither_time(folder: Path) -> None:
    add(folder, "clock_exceptions", clock="support", day="2026-03-02", opens="", closes="")
    assert load(folder).tables["clock_exceptions"].select("opens", "opens_s").rows() == [(None, None)]


def test_terms_are_kept_in_one_spelling(folder: Path) -> None:
    rows = [
        row
        for row in rows_of(folder, "terms")
        if row["term"] not in ("waiting_stops_clock", "backup_night_from")
    ]
    like = rows[0]
    rows += [
        {**like, "term": "waiting_stops_clock", "value": "TRUE"},
        {**like, "term": "backup_night_from", "value": "21:30"},
    ]
    put(folder, "terms", rows)
    terms = dict(load(folder).tables["terms"].select("term", "value").rows())
    assert terms["waiting_stops_clock"] == "true"
    assert terms["backup_night_from"] == "21:30:00"


# ---------------------------------------------------------------- folders that are refused
def spoil_column(folder: Path) -> int:
    put(
        folder,
        "targets",
        rows_of(folder, "targets"),
        ["contract_id", "valid_from", "clause", "commitment", "value"],
    )
    return 1


def spoil_missing(folder: Path) -> int:
    (folder / "holidays.csv").unlink()
    return 0


def spoil_second_contract_row(folder: Path, **values: str) -> int:
    rows = rows_of(folder, "contracts")
    rows[0]["valid_until"] = "2024-01-01"
    put(folder, "contracts", [*rows, {**rows[0], "valid_from": "2024-01-01", "valid_until": "", **values}])
    return 3


def spoil_calendar(folder: Path) -> int:
    add(folder, "holiday_calendars", holiday_calendar="us")
    return spoil_second_contract_row(folder, holiday_calendar="us")


def spoil_exceptions(folder: Path, *windows: tuple[str, str]) -> int:
    for opens, closes in windows:
        line = add(folder, "clock_exceptions", clock="support", day="2026-03-02", opens=opens, closes=closes)
    return line


def spoil_bytes(folder: Path) -> int:
    (folder / "contracts.csv").write_bytes(b"contract_id,titl\xe9\n")
    return 1


SPOILED: dict[str, tuple[str, Callable[[Path], int], tuple[str, ...]]] = {
    "file missing": ("holidays", spoil_missing, ("file is missing",)),
    "column missing": ("targets", spoil_column, ("valid_until", "unit", "missing")),
    "not utf-8": ("contracts", spoil_bytes, ("UTF-8",)),
    "unknown clock": ("clocks", lambda f: add(f, "clocks", clock="supprot"), ("'supprot'", "support")),
    "unknown commitment": (
        "targets",
        lambda f: add(f, "targets", commitment="uptime"),
        ("'uptime'", "availability"),
    ),
    "unknown unit": ("targets", lambda f: add(f, "targets", unit="week"), ("'week'", "working_day")),
    "unit that does not fit": (
        "targets",
        lambda f: add(f, "targets", valid_from="2009-01-01", valid_until="2010-01-01", unit="h"),
        ("availability", "'h'", "pct"),
    ),
    "target without a unit": ("targets", lambda f: add(f, "targets", unit=""), ("unit is ''",)),
    "target without a clock": (
        "targets",
        lambda f: add(f, "targets", valid_from="2009-01-01", valid_until="2010-01-01", clock=""),
        ("clock of availability is empty",),
    ),
    "unknown criticality": (
        "targets",
        lambda f: add(f, "targets", commitment="take_in_charge", criticality="urgent", unit="h"),
        ("'urgent'", "critical, high, moderate"),
    ),
    "over a hundred": (
        "targets",
        lambda f: add(f, "targets", valid_from="2009-01-01", valid_until="2010-01-01", value="100.1"),
        ("100.1", "at most 100"),
    ),
    "bad number": ("targets", lambda f: add(f, "targets", value="99,5"), ("'99,5'", "99.5")),
    "unknown cause": (
        "exclusions",
        lambda f: add(f, "exclusions", cause="rain"),
        ("'rain'", "force_majeure"),
    ),
    "unknown boolean": (
        "exclusions",
        lambda f: add(f, "exclusions", is_excluded="oui"),
        ("'oui'", "true or false"),
    ),
    "exclusion in an unknown clock": (
        "exclusions",
        lambda f: add(f, "exclusions", only_inside_clock="night"),
        ("'night'", "maintenance"),
    ),
    "unknown weekday": ("clocks", lambda f: add(f, "clocks", weekday="9"), ("'9'", "8 for public holidays")),
    "bad time": ("clocks", lambda f: add(f, "clocks", closes="24:00:01"), ("'24:00:01'", "24:00:00")),
    "opens after closes": (
        "clocks",
        lambda f: add(f, "clocks", clock="support", weekday="6", opens="20:00:00", closes="07:00:00"),
        ("20:00:00", "not before", "split"),
    ),
    "opens at closes": (
        "clocks",
        lambda f: add(f, "clocks", clock="support", weekday="6", opens="09:00:00", closes="09:00:00"),
        ("not before closes 09:00:00",),
    ),
    "half an exception": ("clock_exceptions", lambda f: spoil_exceptions(f, ("09:00", "")), ("only one of",)),
    "exception closed and open": (
        "clock_exceptions",
        lambda f: spoil_exceptions(f, ("", ""), ("09:00", "10:00")),
        ("also closed all day (line 2)",),
    ),
    "bad date": ("terms", lambda f: add(f, "terms", valid_from="2023-02-29"), ("'2023-02-29'", "2023-09-01")),
    "validity that is empty": (
        "terms",
        lambda f: add(f, "terms", valid_from="2009-01-01", valid_until="2009-01-01"),
        ("valid_until 2009-01-01 is not after valid_from",),
    ),
    "two targets at once": (
        "targets",
        lambda f: add(f, "targets", value="99.9"),
        ("'availability'", "line 2"),
    ),
    "two terms at once": ("terms", lambda f: add(f, "terms", value="any"), ("'quorum'", "line 2")),
    "two exclusions at once": (
        "exclusions",
        lambda f: add(f, "exclusions", is_excluded="false"),
        ("line 2",),
    ),
    "two contract rows at once": ("contracts", lambda f: add(f, "contracts", title="Other"), ("line 2",)),
    "unknown term": ("terms", lambda f: add(f, "terms", term="quorom"), ("'quorom'", "quorum")),
    "term of a wrong kind": (
        "terms",
        lambda f: add(f, "terms", valid_from="2009-01-01", valid_until="2010-01-01", value="most"),
        ("'most'", "any, majority, all"),
    ),
    "holiday outside its calendar": (
        "holidays",
        lambda f: add(f, "holidays", day="2041-01-01"),
        ("2041-01-01", "2010-01-01 to 2041-01-01 exclusive"),
    ),
    "holiday twice": ("holidays", lambda f: add(f, "holidays"), ("line 2",)),
    "holiday of an unknown calendar": (
        "holidays",
        lambda f: add(f, "holidays", holiday_calendar="moon"),
        ("'moon'", "fr-metropole"),
    ),
    "contract of an unknown calendar": (
        "contracts",
        lambda f: add(f, "contracts", contract_id="b", holiday_calendar="moon"),
        ("'moon'", "fr-metropole"),
    ),
    "unknown contract": (
        "targets",
        lambda f: add(f, "targets", contract_id="nobody"),
        ("'nobody'", "quadra-expert-2023-09"),
    ),
    "unknown zone": (
        "contracts",
        lambda f: add(f, "contracts", contract_id="b", time_zone="Europe/Pariss"),
        ("'Europe/Pariss'", "IANA"),
    ),
    "zone that changes": (
        "contracts",
        lambda f: spoil_second_contract_row(f, time_zone="UTC"),
        ("'UTC'", "'Europe/Paris'", "line 2"),
    ),
    "calendar that changes": ("contracts", spoil_calendar, ("'us'", "'fr-metropole'", "line 2")),
    "calendar without an end": (
        "holiday_calendars",
        lambda f: add(f, "holiday_calendars", holiday_calendar="us", covers_until="9999-12-31"),
        ("9999-12-31", "within 1900 to 2200"),
    ),
    "calendar that covers nothing": (
        "holiday_calendars",
        lambda f: add(f, "holiday_calendars", holiday_calendar="us", covers_until="2010-01-01"),
        ("not after covers_from",),
    ),
}


@pytest.mark.parametrize("case", SPOILED)
def test_a_folder_that_cannot_be_used_is_refused_with_file_and_line(folder: Path, case: str) -> None:
    name, spoil, expected = SPOILED[case]
    line = spoil(folder)
    message = refused(folder)
    told = [text for text in message.splitlines() if f"{name}.csv:{line or ''}" in text]
    assert told, message
    for part in expected:
        assert part in " ".join(told), message


def test_all_problems_are_told_at_once(folder: Path) -> None:
    add(folder, "targets", unit="week")
    add(folder, "clocks", weekday="0")
    message = refused(folder)
    assert "2 problems" in message
    assert "targets.csv:17" in message
    assert "clocks.csv:35" in message


def test_a_row_with_too_few_cells_is_told(folder: Path) -> None:
    with (folder / "terms.csv").open("a", encoding="utf-8") as file:
        file.write("quadra-expert-2023-09,quorum\n")
    assert "terms.csv:31: row has 2 cells, the header has 6" in refused(folder)


def test_lines_are_counted_through_texts_with_line_breaks(folder: Path) -> None:
    rows = rows_of(folder, "clauses")
    rows[0]["why"] = "two\nlines"
    rows[1]["nature"] = "guessed"
    put(folder, "clauses", rows)
    assert "clauses.csv:4: nature is 'guessed'" in refused(folder)


WORDS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "0", "-1", "9999-12-31", "0001-01-01", "24:00:00", "00:00:00", "NaN", "1e9", "\x00", '"']
    ),
)


@settings(max_examples=60)
@given(data=st.data())
def test_whatever_stands_in_a_cell_the_folder_is_used_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("spoilt") / "contract"
    shutil.copytree(BOOKLET, folder, ignore=shutil.ignore_patterns("clauses.csv"))
    put(folder, "clauses", [])
    name = data.draw(st.sampled_from([table.name for table in TABLES if table.name != "clauses"]))
    rows = rows_of(folder, name)
    for _ in range(data.draw(st.integers(1, 3))):
        if rows:
            row = data.draw(st.sampled_from(rows[:20]))
            row[data.draw(st.sampled_from(sorted(row)))] = data.draw(WORDS)
    put(folder, name, rows)
    try:
        load(folder)
    except ConfigurationError as error:
        assert f"{name}.csv" in str(error) or "contracts.csv" in str(error)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "none")


# ---------------------------------------------------------------- digest, zones, database
def test_the_digest_follows_contents_not_places(folder: Path, booklet: Contract) -> None:
    assert load(folder).digest == booklet.digest
    (folder / "README.md").write_text("other words", encoding="utf-8")
    assert load(folder).digest == booklet.digest
    add(folder, "targets", valid_from="2009-01-01", valid_until="2010-01-01", value="99.9")
    assert load(folder).digest != booklet.digest


ZONES = (
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "UTC",
)
INSTANTS = st.integers(0, 113 * 365 * 86_400).map(
    lambda s: datetime(1989, 1, 1, tzinfo=UTC) + timedelta(seconds=s)
)


STRETCHES = {zone: zone_stretches(zone, 1989, 2102) for zone in ZONES}  # outside the timed examples


@given(zone=st.sampled_from(ZONES), at=INSTANTS)
def test_exactly_one_stretch_holds_each_instant_with_the_zones_own_offset(zone: str, at: datetime) -> None:
    stretches = STRETCHES[zone]
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    assert [seconds for since, until, seconds in stretches if since <= at < until] == [offset.total_seconds()]


def test_paris_changes_its_hour_at_one_in_the_morning_utc(booklet: Contract) -> None:
    starts = booklet.tables["zone_offsets"]["offset_from"].to_list()
    assert datetime(2026, 3, 29, 1, tzinfo=UTC) in starts
    assert datetime(2026, 10, 25, 1, tzinfo=UTC) in starts


@given(seconds=st.integers(0, 86_400))
def test_times_of_day_are_read_to_the_second(seconds: int) -> None:
    assert seconds_of_day(f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}") == seconds


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def test_the_database_holds_every_row_typed_and_described(
    booklet: Contract, con: duckdb.DuckDBPyConnection
) -> None:
    write(con, booklet)
    write(con, booklet)
    for name, frame in booklet.tables.items():
        counted = con.execute(f"select count(*) from sla_contract.{name}").fetchone()
        assert counted == (frame.height,), name
    found = con.execute(
        "select targets.valid_from, targets.valid_until, value, opens_s, closes_s"
        " from sla_contract.targets, sla_contract.clocks"
        " where commitment = 'availability' and weekday = 1 and clocks.clock = 'reference'"
    ).fetchall()
    assert found == [(date(2010, 1, 1), None, Decimal("99.5"), 25200, 72000)]
    types = con.execute(
        "select distinct data_type from information_schema.columns"
        " where column_name in ('offset_from', 'offset_until')"
    ).fetchall()
    assert types == [("TIMESTAMP WITH TIME ZONE",)]
    bare = con.execute(
        "select table_name, column_name from duckdb_columns()"
        " where schema_name = 'sla_contract' and comment is null"
    ).fetchall()
    assert bare == []


def test_a_write_that_fails_leaves_the_schema_as_it_was(
    booklet: Contract, con: duckdb.DuckDBPyConnection
) -> None:
    write(con, booklet)
    broken = Contract(booklet.folder, {**booklet.tables, "contract_files": pl.DataFrame()}, booklet.digest)
    with pytest.raises(pl.exceptions.ColumnNotFoundError):
        write(con, broken)
    assert con.execute("select count(*) from sla_contract.contract_files").fetchone() == (10,)

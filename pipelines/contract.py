"""The contract folder: read, typed, validated as a whole, and written to the schema `sla_contract`.

Nothing runs on a contract that cannot be used: every problem found is told at once, with file, line, value
and what was expected. What the terms mean lies in the folder's README and in the models, not here.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb
import polars as pl

from pipelines.contract_tables import COMMITMENTS, TABLES, Table
from pipelines.errors import ConfigurationError

SCHEMA = "sla_contract"
TERM_DEFAULTS = Path(__file__).with_name("term_defaults.csv")
COVERAGE_DEFAULTS = Path(__file__).with_name("coverage_defaults.csv")
PROBLEMS_SHOWN = 20

# Years for which zone offsets are always known: back to the first FEC files, ahead to the last purge dates.
_FIRST_YEAR, _LAST_YEAR = 1990, 2101

_UTC_INSTANT = pl.Datetime("us", "UTC")
_POLARS: Mapping[str, pl.DataType] = {
    "date": pl.Date(),
    "weekday": pl.Int32(),
    "decimal": pl.Decimal(18, 6),
    "boolean": pl.Boolean(),
    "seconds": pl.Int32(),
    "instant": _UTC_INSTANT,
}
_SQL: Mapping[str, str] = {
    "date": "date",
    "weekday": "integer",
    "decimal": "decimal(18, 6)",
    "boolean": "boolean",
    "seconds": "integer",
    "instant": "timestamptz",
}

Row = dict[str, Any]


@dataclass(frozen=True)
class Contract:
    """All tables of one contract folder, typed and checked.

    tables: one frame per file of the folder, and `term_defaults`, `zone_offsets`, `contract_files`.
    digest: SHA-256 over names and contents of the folder's files; changes when any of them does.
    """

    folder: Path
    tables: Mapping[str, pl.DataFrame]
    digest: str


@dataclass
class _Problems:
    """What is wrong with the folder, in the order of files and lines."""

    found: list[str] = field(default_factory=list)

    def add(self, path: Path, line: int, problem: str) -> None:
        self.found.append(f"{path}:{line}: {problem}")

    def stop_if_any(self, folder: Path) -> None:
        if not self.found:
            return
        shown = self.found[:PROBLEMS_SHOWN]
        more = len(self.found) - len(shown)
        tail = [f"... and {more} more"] if more else []
        head = (
            f"contract folder {folder} cannot be used, {len(self.found)} problem{'s'[: len(self.found) > 1]}:"
        )
        raise ConfigurationError("\n  ".join([head, *shown, *tail]))


def load(folder: Path) -> Contract:
    """Read and check the contract folder (art. 1 to 20 bis as rows; see its README).

    Raises ConfigurationError naming every file and line that cannot be used.
    """
    if not folder.is_dir():
        raise ConfigurationError(
            f"contract folder {folder} does not exist or is no folder; give it with --contract"
        )
    problems = _Problems()
    rows: dict[str, list[Row]] = {}
    digests: dict[str, str] = {}
    for table in TABLES:
        path = _path(folder, table.name)
        if not path.is_file():
            if not table.is_optional:
                problems.found.append(
                    f"{path}: file is missing; every contract folder has it, with only a header if empty"
                )
            rows[table.name] = []
            continue
        content = path.read_bytes()
        digests[path.name] = hashlib.sha256(content).hexdigest()
        rows[table.name] = list(_read(path, content, table, problems))
    defaults = _term_defaults()
    problems.stop_if_any(folder)
    for check in (_check_keys, _check_windows, _check_calendars, _check_contracts, _check_targets):
        check(folder, rows, problems)
    _check_terms(folder, rows, defaults, problems)
    problems.stop_if_any(folder)
    _add_default_coverage(rows)
    tables = {table.name: _frame(table, rows[table.name]) for table in TABLES}
    tables["term_defaults"] = pl.DataFrame(defaults, schema=dict.fromkeys(defaults[0], pl.String))
    tables["zone_offsets"] = _zone_offsets(rows)
    files = sorted(digests.items())
    tables["contract_files"] = pl.DataFrame(
        files, schema={"name": pl.String, "sha256": pl.String}, orient="row"
    )
    digest = hashlib.sha256("".join(f"{name} {sha256}\n" for name, sha256 in files).encode()).hexdigest()
    return Contract(folder, tables, digest)


def write(con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Replace the schema `sla_contract` of the connection's database by these tables, in one transaction."""
    con.execute("begin transaction")
    try:
        con.execute(f"create schema if not exists {SCHEMA}")
        for name, columns in _sql_columns().items():
            frame = contract.tables[name]
            definition = ", ".join(f"{column} {kind}" for column, kind, _ in columns)
            con.execute(f"create or replace table {SCHEMA}.{name} ({definition})")
            con.register("contract_rows", frame.select([column for column, _, _ in columns]).to_arrow())
            con.execute(f"insert into {SCHEMA}.{name} select * from contract_rows")
            con.unregister("contract_rows")
            con.execute(f"comment on table {SCHEMA}.{name} is {_quoted(DESCRIPTIONS[name])}")
            for column, _, description in columns:
                con.execute(f"comment on column {SCHEMA}.{name}.{column} is {_quoted(description)}")
        con.execute("commit")
    except Exception:
        con.execute("rollback")
        raise


# ---------------------------------------------------------------- texts to types
def _path(folder: Path, table: str) -> Path:
    return folder / f"{table}.csv"


def _as_date(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError
    return date.fromisoformat(text)


def seconds_of_day(text: str) -> int:
    """Seconds since local midnight of HH:MM:SS, 24:00:00 included. Raises ValueError for anything else."""
    match = re.fullmatch(r"(\d{2}):(\d{2})(?::(\d{2}))?", text)
    if match is None:
        raise ValueError(text)
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    total = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or total > 86_400:
        raise ValueError(text)
    return total


def _as_time(text: str) -> str:
    hours, rest = divmod(seconds_of_day(text), 3600)
    return f"{hours:02}:{rest // 60:02}:{rest % 60:02}"


def _as_weekday(text: str) -> int:
    if not re.fullmatch(r"[1-8]", text):
        raise ValueError
    return int(text)


def _as_decimal(text: str) -> Decimal:
    if not re.fullmatch(r"\d{1,12}(\.\d{1,6})?", text):
        raise ValueError
    return Decimal(text)


def _as_boolean(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def _as_zone(text: str) -> str:
    ZoneInfo(text)
    return text


PARSERS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "text": (str, "a text"),
    "word": (str, "a known word"),
    "date": (_as_date, "a date such as 2023-09-01"),
    "time": (_as_time, "a time of day such as 09:00:00, up to 24:00:00"),
    "weekday": (_as_weekday, "1 (Monday) to 7 (Sunday), or 8 for public holidays"),
    "decimal": (
        _as_decimal,
        "a number such as 99.5, not negative, at most 12 digits before and 6 after the point",
    ),
    "boolean": (_as_boolean, "true or false"),
    "zone": (_as_zone, "a zone of the IANA list such as Europe/Paris"),
}


def _read(path: Path, content: bytes, table: Table, problems: _Problems) -> Iterator[Row]:
    """Typed rows of one file, each with its `line`; what cannot be typed becomes a problem."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.add(
            path, 1, f"not readable as UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8"
        )
        return
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = [name.strip() for name in next(lines, [])]
    missing = [column.name for column in table.columns if column.name not in header]
    twice = sorted({name for name in header if header.count(name) > 1})
    if missing or twice:
        what = (
            f"column {', '.join(missing)} is missing" if missing else f"column {', '.join(twice)} comes twice"
        )
        expected = ",".join(column.name for column in table.columns)
        problems.add(
            path, 1, f"{what}; the header is {','.join(header)!r}, expected {expected}, separated by commas"
        )
        return
    line = 1
    try:
        for cells in lines:
            first, line = line + 1, lines.line_num
            if not cells or not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                problems.add(
                    path,
                    first,
                    f"row has {len(cells)} cells, the header has {len(header)}; quote texts with commas",
                )
                continue
            row = _typed(
                path, first, table, dict(zip(header, (cell.strip() for cell in cells), strict=True)), problems
            )
            if row is not None:
                yield row
    except csv.Error as error:
        problems.add(path, line + 1, f"not readable as CSV ({error}); correct the quotes")


def _typed(path: Path, line: int, table: Table, cells: Mapping[str, str], problems: _Problems) -> Row | None:
    row: Row = {"line": line}
    is_usable = True
    for column in table.columns:
        text = cells[column.name]
        parse, expected = PARSERS[column.kind]
        try:
            if text == "":
                if not column.nullable:
                    raise ValueError
                row[column.name] = None
            elif column.allowed is not None and text not in column.allowed:
                expected = "one of " + ", ".join(column.allowed)
                raise ValueError
            else:
                row[column.name] = parse(text)
        except (ValueError, KeyError, ZoneInfoNotFoundError, IsADirectoryError):
            problems.add(path, line, f"{column.name} is {text!r}, expected {expected}; correct this cell")
            is_usable = False
    return row if is_usable else None


# ---------------------------------------------------------------- checks across rows and files
def _is_valid_together(one: Row, other: Row) -> bool:
    return (other["valid_until"] is None or one["valid_from"] < other["valid_until"]) and (
        one["valid_until"] is None or other["valid_from"] < one["valid_until"]
    )


def _validity(row: Row) -> str:
    return f"{row['valid_from']} to {row['valid_until'] or 'now on'}"


def _check_keys(folder: Path, rows: Mapping[str, list[Row]], problems: _Problems) -> None:
    """Validities are not empty, and no key has two rows at the same time (windows of one day: see
    _check_windows).
    """
    for table in TABLES:
        path = _path(folder, table.name)
        groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in rows[table.name]:
            if table.is_dated and row["valid_until"] is not None and row["valid_until"] <= row["valid_from"]:
                problems.add(
                    path,
                    row["line"],
                    f"valid_until {row['valid_until']} is not after valid_from {row['valid_from']};"
                    " valid_until is the first day that no longer counts",
                )
            groups[tuple(row[name] for name in table.key)].append(row)
        if table.name in ("clocks", "clock_exceptions"):
            continue
        for key, group in groups.items():
            what = ", ".join(
                f"{name} {value!r}" for name, value in zip(table.key, key, strict=True) if value is not None
            )
            for first, second in itertools.combinations(group, 2):
                if not table.is_dated:
                    problems.add(
                        path, second["line"], f"{what} is also on line {first['line']}; remove one of them"
                    )
                elif _is_valid_together(first, second):
                    problems.add(
                        path,
                        second["line"],
                        f"{what} is valid {_validity(second)}, line {first['line']} {_validity(first)}:"
                        " at one time only one row may hold; end the older one with valid_until",
                    )


def _check_windows(folder: Path, rows: Mapping[str, list[Row]], problems: _Problems) -> None:
    """opens < closes; a closed day has no other window. Windows that touch or overlap open the clock once."""
    for name, day in (("clocks", "weekday"), ("clock_exceptions", "day")):
        path = _path(folder, name)
        groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in rows[name]:
            if (row["opens"] is None) != (row["closes"] is None):
                problems.add(
                    path,
                    row["line"],
                    "only one of opens and closes is given; give both, or none for closed all day",
                )
                continue
            row["opens_s"] = None if row["opens"] is None else seconds_of_day(row["opens"])
            row["closes_s"] = None if row["closes"] is None else seconds_of_day(row["closes"])
            if row["opens_s"] is not None and row["opens_s"] >= row["closes_s"]:
                problems.add(
                    path,
                    row["line"],
                    f"opens {row['opens']} is not before closes {row['closes']};"
                    " split a window at midnight: until 24:00:00, and from 00:00:00 on the next day",
                )
                continue
            groups[row["contract_id"], row["clock"], row[day]].append(row)
        for (contract_id, clock, when), group in groups.items():
            where = f"clock {clock!r} of {contract_id!r}, {day} {when}"
            for first, second in itertools.combinations(sorted(group, key=_by_opening), 2):
                if not _is_valid_together(first, second):
                    continue
                if first["opens_s"] is None:
                    problems.add(
                        path,
                        second["line"],
                        f"{where} is also closed all day (line {first['line']}); keep one row",
                    )


def _by_opening(row: Row) -> tuple[int, int]:
    return (-1 if row["opens_s"] is None else row["opens_s"], row["line"])


def _check_calendars(folder: Path, rows: Mapping[str, list[Row]], problems: _Problems) -> None:
    covered: dict[str, tuple[date, date]] = {}
    for row in rows["holiday_calendars"]:
        covered[row["holiday_calendar"]] = (row["covers_from"], row["covers_until"])
        if row["covers_until"] <= row["covers_from"]:
            problems.add(
                _path(folder, "holiday_calendars"),
                row["line"],
                f"covers_until {row['covers_until']} is not after covers_from {row['covers_from']}",
            )
    for row in rows["holidays"]:
        path, calendar = _path(folder, "holidays"), row["holiday_calendar"]
        if calendar not in covered:
            problems.add(
                path, row["line"], _unknown("holiday_calendar", calendar, covered, "holiday_calendars.csv")
            )
        elif not covered[calendar][0] <= row["day"] < covered[calendar][1]:
            problems.add(
                path,
                row["line"],
                f"day {row['day']} is outside what calendar {calendar!r} covers, {covered[calendar][0]} to"
                f" {covered[calendar][1]} exclusive; widen holiday_calendars.csv or remove the day",
            )
    for row in rows["contracts"]:
        if row["holiday_calendar"] not in covered:
            problems.add(
                _path(folder, "contracts"),
                row["line"],
                _unknown("holiday_calendar", row["holiday_calendar"], covered, "holiday_calendars.csv"),
            )


def _unknown(column: str, value: str, known: Iterable[str], file: str) -> str:
    has = ", ".join(sorted(known)) or "no row"
    return f"{column} {value!r} is not in {file}, which has {has}; add it there or correct it"


def _check_contracts(folder: Path, rows: Mapping[str, list[Row]], problems: _Problems) -> None:
    """Every row belongs to a known contract; a contract keeps its zone and calendar."""
    first: dict[str, Row] = {}
    for row in rows["contracts"]:
        before = first.setdefault(row["contract_id"], row)
        for column in ("time_zone", "holiday_calendar"):
            if row[column] != before[column]:
                problems.add(
                    _path(folder, "contracts"),
                    row["line"],
                    f"{column} {row[column]!r} differs from {before[column]!r} on line {before['line']}:"
                    " a contract keeps its zone and calendar, so that its months stay one series;"
                    " give the new terms a contract_id of their own",
                )
    if not rows["contracts"]:
        problems.add(_path(folder, "contracts"), 1, "there is no contract; write at least one row")
        return
    for table in TABLES:
        for row in rows[table.name] if table.is_dated else ():
            if row["contract_id"] not in first:
                problems.add(
                    _path(folder, table.name),
                    row["line"],
                    _unknown("contract_id", row["contract_id"], first, "contracts.csv"),
                )


def _check_targets(folder: Path, rows: Mapping[str, list[Row]], problems: _Problems) -> None:
    path = _path(folder, "targets")
    for row in rows["targets"]:
        name, commitment = row["commitment"], COMMITMENTS[row["commitment"]]
        if row["unit"] not in commitment.units:
            problems.add(
                path, row["line"], f"unit of {name} is {row['unit']!r}, expected {_one_of(commitment.units)}"
            )
        if (row["criticality"] or "") not in (commitment.criticalities or ("",)):
            expected = _one_of(commitment.criticalities) if commitment.criticalities else "none"
            problems.add(
                path,
                row["line"],
                f"criticality of {name} is {row['criticality'] or ''!r}, expected {expected}",
            )
        if commitment.needs_clock and row["clock"] is None:
            problems.add(
                path, row["line"], f"clock of {name} is empty, expected the clock on which it is counted"
            )
        if row["unit"] == "pct" and row["value"] > 100:
            problems.add(path, row["line"], f"value of {name} is {row['value']} pct, expected at most 100")
        if row["unit"] in ("count", "byte", "day", "working_day", "year") and row["value"] != int(
            row["value"]
        ):
            problems.add(
                path, row["line"], f"value of {name} is {row['value']} {row['unit']}, expected a whole number"
            )


def _one_of(words: Iterable[str]) -> str:
    return "one of " + ", ".join(words)


def _term_defaults() -> list[dict[str, str | None]]:
    with TERM_DEFAULTS.open(encoding="utf-8", newline="") as file:
        return [{name: text or None for name, text in row.items()} for row in csv.DictReader(file)]


def _as_count(text: str) -> str:
    if not re.fullmatch(r"\d{1,9}", text):
        raise ValueError
    return str(int(text))


def _as_positive(text: str) -> str:
    if int(_as_count(text)) == 0:
        raise ValueError
    return str(int(text))


TERM_PARSERS: Mapping[str, tuple[Callable[[str], str], str]] = {
    "text": (str, "a text"),
    "time": (_as_time, PARSERS["time"][1]),
    "boolean": (lambda text: str(_as_boolean(text)).lower(), "true or false"),
    "number": (lambda text: str(_as_decimal(text)), "a number that is not negative"),
    "count": (_as_count, "a whole number that is not negative"),
    "positive": (_as_positive, "a whole number from 1 on"),
}


def _check_terms(
    folder: Path, rows: Mapping[str, list[Row]], defaults: list[dict[str, str | None]], problems: _Problems
) -> None:
    """Terms are known and of their kind; the value is kept as its plain text (`true`, `22:00:00`, `3`)."""
    path = _path(folder, "terms")
    known = {default["term"]: default for default in defaults}
    for row in rows["terms"]:
        default = known.get(row["term"])
        if default is None:
            problems.add(
                path,
                row["line"],
                f"term {row['term']!r} is unknown; known are {', '.join(sorted(map(str, known)))}",
            )
            continue
        kind, words = str(default["kind"]), (default["allowed"] or "").split()
        parse, expected = TERM_PARSERS.get(kind, (str, _one_of(words)))
        try:
            if words and row["value"] not in words:
                raise ValueError
            row["value"] = parse(row["value"])
        except (ValueError, KeyError):
            problems.add(
                path, row["line"], f"value of term {row['term']} is {row['value']!r}, expected {expected}"
            )


def _add_default_coverage(rows: Mapping[str, list[Row]]) -> None:
    """A contract that has no coverage row of its own takes those of coverage_defaults.csv, from its first
    day on.
    """
    own = {row["contract_id"] for row in rows["coverage"]}
    with COVERAGE_DEFAULTS.open(encoding="utf-8", newline="") as file:
        defaults = [{name: text or None for name, text in row.items()} for row in csv.DictReader(file)]
    since: dict[str, date] = {}
    for row in rows["contracts"]:
        since[row["contract_id"]] = min(row["valid_from"], since.get(row["contract_id"], row["valid_from"]))
    for contract_id, valid_from in since.items():
        if contract_id not in own:
            validity = {"contract_id": contract_id, "valid_from": valid_from, "valid_until": None}
            rows["coverage"].extend({**validity, **default} for default in defaults)


# ---------------------------------------------------------------- frames
def _kinds(table: Table) -> dict[str, tuple[str, str]]:
    """Column -> (kind, description), seconds since midnight beside the times of day."""
    kinds = {column.name: (column.kind, column.description) for column in table.columns}
    if table.name in ("clocks", "clock_exceptions"):
        for name in ("opens", "closes"):
            kinds[f"{name}_s"] = ("seconds", f"{name} in seconds since local midnight, 86400 for 24:00:00")
    return kinds


def _frame(table: Table, rows: list[Row]) -> pl.DataFrame:
    schema = {name: _POLARS.get(kind, pl.String()) for name, (kind, _) in _kinds(table).items()}
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def _zone_offsets(rows: Mapping[str, list[Row]]) -> pl.DataFrame:
    """One row per zone and stretch of constant UTC offset, over all years any used calendar covers."""
    years = [_FIRST_YEAR, _LAST_YEAR]
    years += [
        row[column].year for row in rows["holiday_calendars"] for column in ("covers_from", "covers_until")
    ]
    # One year more at both ends: local days begin and end in the neighbouring year.
    first, last = min(years) - 1, max(years) + 1
    zones = sorted({row["time_zone"] for row in rows["contracts"]})
    stretches = [(zone, *stretch) for zone in zones for stretch in zone_stretches(zone, first, last)]
    schema: dict[str, pl.DataType] = {
        "time_zone": pl.String(),
        "offset_from": _UTC_INSTANT,
        "offset_until": _UTC_INSTANT,
        "utc_offset_s": pl.Int32(),
    }
    return pl.DataFrame(stretches, schema=schema, orient="row")


@lru_cache(maxsize=64)
def zone_stretches(zone: str, first_year: int, last_year: int) -> tuple[tuple[datetime, datetime, int], ...]:
    """Disjoint stretches [from, until) of constant offset in seconds, 1 January of the first year to the
    end of the last.

    Walks by days and halves the day in which the offset changes: no zone has changed twice within a day
    since 1990.
    """
    info = ZoneInfo(zone)

    def offset(at: datetime) -> int:
        found = at.astimezone(info).utcoffset()
        return 0 if found is None else int(found.total_seconds())

    start, end = datetime(max(first_year, 1), 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    stretches = []
    since, current = start, offset(start)
    day = start
    while day < end:
        after = min(day + timedelta(days=1), end)
        if offset(after) != current:
            low, high = day, after
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
                low, high = (middle, high) if offset(middle) == current else (low, middle)
            if high < end:
                stretches.append((since, high, current))
                since, current = high, offset(high)
        day = after
    stretches.append((since, end, current))
    return tuple(stretches)


_OTHER_TABLES: Mapping[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {
    "term_defaults": (
        "One row per term a contract may set, with what its absence means",
        (
            ("term", "varchar", "Name of the term"),
            ("value", "varchar", "Value where the contract has no row; empty: no such rule"),
            ("kind", "varchar", "What the value must be"),
            ("allowed", "varchar", "Words it may be, blanks between"),
            ("rule", "varchar", "Reading or article of the first booklet that gives the default"),
            ("meaning", "varchar", "What the term decides"),
        ),
    ),
    "zone_offsets": (
        "One row per time zone and stretch of constant offset to UTC",
        (
            ("time_zone", "varchar", "Zone of the IANA list"),
            ("offset_from", "timestamptz", "First instant"),
            ("offset_until", "timestamptz", "First instant after it"),
            ("utc_offset_s", "integer", "Local time less UTC, seconds"),
        ),
    ),
    "contract_files": (
        "One row per file of the contract folder",
        (("name", "varchar", "File name"), ("sha256", "varchar", "SHA-256 of its content")),
    ),
}
DESCRIPTIONS = {table.name: table.description for table in TABLES} | {
    name: description for name, (description, _) in _OTHER_TABLES.items()
}


def _sql_columns() -> dict[str, tuple[tuple[str, str, str], ...]]:
    """Table -> (column, SQL type, description) of the whole schema."""
    columns = {
        table.name: tuple(
            (name, _SQL.get(kind, "varchar"), text) for name, (kind, text) in _kinds(table).items()
        )
        for table in TABLES
    }
    return columns | {name: definition for name, (_, definition) in _OTHER_TABLES.items()}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

"""Checks of the contract folder as a whole: validities, windows, calendars, references, units and terms."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.contract.files import (
    PARSERS,
    Problems,
    Row,
    as_boolean,
    as_decimal,
    as_time,
    path_of,
    seconds_of_day,
)
from pipelines.contract.tables import COMMITMENTS, TABLES

EARLIEST_YEAR, LATEST_YEAR = 1900, 2200  # a calendar beyond them is a slip, such as 9999-12-31 for "open"


def check(
    folder: Path,
    rows: Mapping[str, list[Row]],
    defaults: list[dict[str, str | None]],
    problems: Problems,
) -> None:
    """Add to `problems` whatever keeps the folder from being used; windows get their seconds, terms their
    plain text.

    rows: typed rows by table. defaults: the rows of term_defaults.csv, which say what terms there are.
    """
    for one in (_check_keys, _check_windows, _check_calendars, _check_contracts, _check_targets):
        one(folder, rows, problems)
    _check_terms(folder, rows, defaults, problems)


def _is_valid_together(one: Row, other: Row) -> bool:
    return (other["valid_until"] is None or one["valid_from"] < other["valid_until"]) and (
        one["valid_until"] is None or other["valid_from"] < one["valid_until"]
    )


def _validity(row: Row) -> str:
    return f"{row['valid_from']} to {row['valid_until'] or 'now on'}"


def _check_keys(folder: Path, rows: Mapping[str, list[Row]], problems: Problems) -> None:
    """Validities are not empty, and no key has two rows at the same time (windows of one day: see
    _check_windows).
    """
    for table in TABLES:
        path = path_of(folder, table.name)
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


def _check_windows(folder: Path, rows: Mapping[str, list[Row]], problems: Problems) -> None:
    """opens < closes; a closed day has no other window. Windows that touch or overlap open the clock once."""
    for name, day in (("clocks", "weekday"), ("clock_exceptions", "day")):
        path = path_of(folder, name)
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


def _check_calendars(folder: Path, rows: Mapping[str, list[Row]], problems: Problems) -> None:
    covered: dict[str, tuple[date, date]] = {}
    for row in rows["holiday_calendars"]:
        covered[row["holiday_calendar"]] = (row["covers_from"], row["covers_until"])
        if row["covers_until"] <= row["covers_from"]:
            problems.add(
                path_of(folder, "holiday_calendars"),
                row["line"],
                f"covers_until {row['covers_until']} is not after covers_from {row['covers_from']}",
            )
        elif row["covers_from"].year < EARLIEST_YEAR or row["covers_until"].year > LATEST_YEAR:
            problems.add(
                path_of(folder, "holiday_calendars"),
                row["line"],
                f"calendar covers {row['covers_from']} to {row['covers_until']}, expected within {EARLIEST_YEAR}"
                f" to {LATEST_YEAR}: every day of it becomes a row; name the years whose holidays are known",
            )
    for row in rows["holidays"]:
        path, calendar = path_of(folder, "holidays"), row["holiday_calendar"]
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
                path_of(folder, "contracts"),
                row["line"],
                _unknown("holiday_calendar", row["holiday_calendar"], covered, "holiday_calendars.csv"),
            )


def _unknown(column: str, value: str, known: Iterable[str], file: str) -> str:
    has = ", ".join(sorted(known)) or "no row"
    return f"{column} {value!r} is not in {file}, which has {has}; add it there or correct it"


def _check_contracts(folder: Path, rows: Mapping[str, list[Row]], problems: Problems) -> None:
    """Every row belongs to a known contract; a contract keeps its zone and calendar."""
    first: dict[str, Row] = {}
    for row in rows["contracts"]:
        before = first.setdefault(row["contract_id"], row)
        for column in ("time_zone", "holiday_calendar"):
            if row[column] != before[column]:
                problems.add(
                    path_of(folder, "contracts"),
                    row["line"],
                    f"{column} {row[column]!r} differs from {before[column]!r} on line {before['line']}:"
                    " a contract keeps its zone and calendar, so that its months stay one series;"
                    " give the new terms a contract_id of their own",
                )
    if not rows["contracts"]:
        problems.add(path_of(folder, "contracts"), 1, "there is no contract; write at least one row")
        return
    for table in TABLES:
        for row in rows[table.name] if table.is_dated else ():
            if row["contract_id"] not in first:
                problems.add(
                    path_of(folder, table.name),
                    row["line"],
                    _unknown("contract_id", row["contract_id"], first, "contracts.csv"),
                )


def _check_targets(folder: Path, rows: Mapping[str, list[Row]], problems: Problems) -> None:
    path = path_of(folder, "targets")
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
    "time": (as_time, PARSERS["time"][1]),
    "boolean": (lambda text: str(as_boolean(text)).lower(), "true or false"),
    "number": (lambda text: str(as_decimal(text)), "a number that is not negative"),
    "count": (_as_count, "a whole number that is not negative"),
    "positive": (_as_positive, "a whole number from 1 on"),
}


def _check_terms(
    folder: Path, rows: Mapping[str, list[Row]], defaults: list[dict[str, str | None]], problems: Problems
) -> None:
    """Terms are known and of their kind; the value is kept as its plain text (`true`, `22:00:00`, `3`)."""
    path = path_of(folder, "terms")
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

"""One file of the contract folder: its text becomes typed rows that remember their line, and what is wrong
becomes a problem.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.contract.tables import Table
from pipelines.errors import ConfigurationError

PROBLEMS_SHOWN = 20

Row = dict[str, Any]


@dataclass
class Problems:
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


def path_of(folder: Path, table: str) -> Path:
    return folder / f"{table}.csv"


def as_date(text: str) -> date:
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


def as_time(text: str) -> str:
    hours, rest = divmod(seconds_of_day(text), 3600)
    return f"{hours:02}:{rest // 60:02}:{rest % 60:02}"


def as_weekday(text: str) -> int:
    if not re.fullmatch(r"[1-8]", text):
        raise ValueError
    return int(text)


def as_decimal(text: str) -> Decimal:
    if not re.fullmatch(r"\d{1,12}(\.\d{1,6})?", text):
        raise ValueError
    return Decimal(text)


def as_boolean(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def as_zone(text: str) -> str:
    ZoneInfo(text)
    return text


PARSERS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "text": (str, "a text"),
    "word": (str, "a known word"),
    "date": (as_date, "a date such as 2023-09-01"),
    "time": (as_time, "a time of day such as 09:00:00, up to 24:00:00"),
    "weekday": (as_weekday, "1 (Monday) to 7 (Sunday), or 8 for public holidays"),
    "decimal": (
        as_decimal,
        "a number such as 99.5, not negative, at most 12 digits before and 6 after the point",
    ),
    "boolean": (as_boolean, "true or false"),
    "zone": (as_zone, "a zone of the IANA list such as Europe/Paris"),
}


def read(path: Path, content: bytes, table: Table, problems: Problems) -> Iterator[Row]:
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
    missing = [
        column.name for column in table.columns if not column.is_optional and column.name not in header
    ]
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


def _typed(path: Path, line: int, table: Table, cells: Mapping[str, str], problems: Problems) -> Row | None:
    row: Row = {"line": line}
    is_usable = True
    for column in table.columns:
        text = cells.get(column.name, "")
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

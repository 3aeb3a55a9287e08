"""Holidays of the committed calendar against the `holidays` package and against a rule written
independently (R1).
"""

from __future__ import annotations

import csv
import importlib
import sys
from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "data" / "contract"
YEARS = range(2010, 2041)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar: Meeus, Jones and Butcher's anonymous algorithm."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    j, k = divmod(c, 4)
    m = (a + 11 * h) // 319
    r = (2 * e + 2 * j - k - h + m + 32) % 7
    month = (h - m + r + 90) // 25
    return date(year, month, (h - m + r + month + 19) % 32)


def french_rule(year: int) -> set[date]:
    """The eleven days of Code du travail art. L3133-1."""
    fixed = {
        date(year, *day) for day in ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    }
    return fixed | {easter(year) + timedelta(days=days) for days in (1, 39, 50)}


def committed() -> dict[date, str]:
    with (FOLDER / "holidays.csv").open(encoding="utf-8", newline="") as file:
        return {date.fromisoformat(row["day"]): row["name"] for row in csv.DictReader(file)}


def test_easter_rule_gives_known_sundays() -> None:
    known = [date(2010, 4, 4), date(2011, 4, 24), date(2016, 3, 27), date(2024, 3, 31), date(2038, 4, 25)]
    assert [easter(day.year) for day in known] == known


@pytest.mark.parametrize("year", YEARS)
def test_every_year_has_the_eleven_days_of_both_rules(year: int) -> None:
    days = {day for day in committed() if day.year == year}
    assert len(days) == 11
    assert days == french_rule(year)
    assert days == set(holidays.country_holidays("FR", years=year))


def test_the_calendar_covers_the_years_it_names_and_no_other() -> None:
    with (FOLDER / "holiday_calendars.csv").open(encoding="utf-8", newline="") as file:
        (calendar,) = csv.DictReader(file)
    assert (calendar["covers_from"], calendar["covers_until"]) == ("2010-01-01", "2041-01-01")
    assert {day.year for day in committed()} == set(YEARS)


def test_alsace_moselle_days_are_not_taken() -> None:
    assert date(2026, 4, 3) not in committed(), "Good Friday"
    assert date(2026, 12, 26) not in committed(), "second day of Christmas"


def test_names_carry_no_plain_apostrophe() -> None:
    assert not [name for name in committed().values() if "'" in name]
    assert committed()[date(2026, 1, 1)] == "Jour de l’an"


def test_the_generator_writes_the_committed_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    make_holidays = importlib.import_module("make_holidays")
    monkeypatch.setattr(sys, "argv", ["make_holidays.py", "--folder", str(tmp_path)])
    make_holidays.main()
    assert (tmp_path / "holidays.csv").read_bytes() == (FOLDER / "holidays.csv").read_bytes()

"""Write `holidays.csv` and `holiday_calendars.csv` of the contract folder: public holidays of metropolitan
France.

The dates come from the `holidays` package; `tests/unit/test_holidays.py` checks them against a second rule.
Reading R1: the two extra days of Alsace-Moselle are not taken (no subdivision is asked for). Run it again
only to cover more years:

    .venv/bin/python tools/make_holidays.py --from 2010 --until 2041
"""

from __future__ import annotations

import argparse
import csv
import sys
from datetime import date
from pathlib import Path

import holidays

CALENDAR = "fr-metropole"
SOURCE = "Code du travail art. L3133-1; holidays {version}, country FR without subdivision"
FOLDER = Path(__file__).resolve().parent.parent / "data" / "contract"


def french_holidays(first_year: int, last_year: int) -> dict[date, str]:
    """Public holidays of metropolitan France from `first_year` to `last_year`, both included, by date.

    Names carry the typographic apostrophe: the plain one breaks dbt-spark's seed inserts.
    """
    days = holidays.country_holidays("FR", years=range(first_year, last_year + 1), language="fr")
    return {day: name.replace("'", "\u2019") for day, name in sorted(days.items())}


def write(folder: Path, from_year: int, until_year: int) -> int:
    """Write both files for the years `from_year` to `until_year` (exclusive); gives the holidays' number."""
    found = french_holidays(from_year, until_year - 1)
    source = SOURCE.format(version=holidays.__version__)
    _write_csv(
        folder / "holiday_calendars.csv",
        ("holiday_calendar", "covers_from", "covers_until", "source"),
        [(CALENDAR, date(from_year, 1, 1), date(until_year, 1, 1), source)],
    )
    _write_csv(
        folder / "holidays.csv",
        ("holiday_calendar", "day", "name"),
        [(CALENDAR, day, name) for day, name in found.items()],
    )
    return len(found)


def _write_csv(path: Path, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--from", dest="from_year", type=int, default=2010, help="first year")
    parser.add_argument(
        "--until", dest="until_year", type=int, default=2041, help="first year that is no longer covered"
    )
    parser.add_argument("--folder", type=Path, default=FOLDER)
    args = parser.parse_args()
    sys.stdout.write(
        f"{write(args.folder, args.from_year, args.until_year)} holidays written to {args.folder}\n"
    )


if __name__ == "__main__":
    main()

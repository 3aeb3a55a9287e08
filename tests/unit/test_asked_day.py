"""`--as-of` as an instant or as a day, and advice that works when it is followed."""

from __future__ import annotations

import csv
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.resources import ROOT, settings

BOOKLET = ROOT / "data" / "contract"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def asked(text: str, contract: Path = BOOKLET) -> datetime:
    return settings(now=NOW, contract=contract, as_of=text, environment={}).as_of


@pytest.fixture
def zones(tmp_path: Path) -> Path:
    """The booklet's contract, beside others in Lisbon and Berlin, and one in New York that ended with 2025."""
    folder = tmp_path / "contract"
    shutil.copytree(BOOKLET, folder)
    path = folder / "contracts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        (row,) = list(csv.DictReader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        for name, zone, until in (
            ("lisbon", "Europe/Lisbon", ""),
            ("berlin", "Europe/Berlin", ""),
            ("york", "America/New_York", "2026-01-01"),
        ):
            writer.writerow({**row, "contract_id": name, "time_zone": zone, "valid_until": until})
    return folder


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("2026-03-31", "2026-03-31T22:00:00+00:00"),
        ("2026-03-28", "2026-03-28T23:00:00+00:00"),  # the last day of winter time
        ("2026-03-29", "2026-03-29T22:00:00+00:00"),  # a day of 23 hours
        ("20260331", "2026-03-31T22:00:00+00:00"),
    ],
)
def test_a_day_is_its_end_in_the_zone_of_the_contract(text: str, until: str) -> None:
    assert asked(text).isoformat() == until


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-03-31T09:00:00", "2026-03-31 09:00", "2026-03", "2026-W14-2T10:00"]
)
def test_advice_followed_to_the_letter_is_accepted(text: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        asked(text)
    forms = re.findall(r"such as (\S+?)(?:,| or (\S+)$|$)", str(told.value))
    advised = [form for found in forms for form in found if form]
    assert advised
    for form in advised:
        assert asked(form).tzinfo is UTC


def test_a_day_that_ends_twice_is_refused_with_instants_that_are_accepted(zones: Path) -> None:
    with pytest.raises(ConfigurationError, match="several zones") as told:
        asked("2026-03-31", zones)
    advised = re.findall(r"(\S+) \((\S+)\)", str(told.value))
    assert [zone for _, zone in advised] == ["Europe/Berlin", "Europe/Lisbon", "Europe/Paris"]
    assert [asked(form, zones).hour for form, _ in advised] == [22, 23, 22]


def test_beyond_the_calendar_of_computers_it_is_refused_in_words() -> None:
    with pytest.raises(ConfigurationError, match="lies beyond"):
        asked("9999-12-31")

"""Texts to types: what is read, and the rule that is told where it cannot be."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from pipelines.inbox.source_config import SourceConfig
from pipelines.readers.values import typed

INSTANT = pl.Datetime("us", "UTC")
PARIS = {"time_zone": "Europe/Paris"}


def read(
    text: object, kind: pl.DataType, settings: dict[str, str] | None = None
) -> tuple[object, str | None]:
    result = typed(pl.Series("x", [text, None]), kind, SourceConfig(settings or {}))
    assert result.values[1] is None and result.broken[1] is None
    return result.values[0], result.broken[0]


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00z",
        "2026-01-01T01:00:00+01:00",
        "2026-01-01 01:00:00+0100",
        "2026-01-01T01:00+01",
        "2025-12-31T19:00:00.000000-05:00",
        " 2026-01-01T00:00:00Z ",
    ],
)
def test_an_instant_with_its_offset_is_read_in_utc(text: str) -> None:
    assert read(text, INSTANT) == (datetime(2026, 1, 1, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("text", "settings", "rule"),
    [
        ("2026-01-01T00:00:00", {}, "instant_without_offset"),
        ("2026-02-30T00:00:00Z", {}, "not_an_instant"),
        ("yesterday", PARIS, "not_an_instant"),
        ("2026-03-29T02:30:00", PARIS, "local_time_does_not_exist"),
        ("2025-10-26T02:30:00", PARIS, "local_time_comes_twice"),
        ("0000-01-01T00:00:00Z", {}, "instant_out_of_range"),
        ("9999-12-31T23:59:59Z", {}, "instant_out_of_range"),
    ],
)
def test_an_instant_that_cannot_be_known_is_refused(text: str, settings: dict[str, str], rule: str) -> None:
    assert read(text, INSTANT, settings) == (None, rule)


@pytest.mark.parametrize(("choice", "hour"), [("earliest", 0), ("latest", 1)])
def test_the_hour_that_comes_twice_may_be_declared(choice: str, hour: int) -> None:
    value, rule = read("2025-10-26T02:30:00", INSTANT, {**PARIS, "ambiguous": choice})
    assert (value, rule) == (datetime(2025, 10, 26, hour, 30, tzinfo=UTC), None)


def test_a_declared_zone_does_not_move_an_instant_that_has_its_offset() -> None:
    assert read("2026-07-01T00:00:00Z", INSTANT, PARIS) == (datetime(2026, 7, 1, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("text", "kind", "value", "rule"),
    [
        ("12", pl.Int64(), 12, None),
        ("1.5", pl.Int64(), None, "not_a_number"),
        ("nan", pl.Float64(), None, "not_a_number"),
        ("inf", pl.Float64(), None, "not_a_number"),
        ("1e3", pl.Float64(), 1000.0, None),
        ("-708.91", pl.Decimal(18, 2), Decimal("-708.91"), None),
        ("1.560", pl.Decimal(18, 2), Decimal("1.56"), None),
        ("1.567", pl.Decimal(18, 2), None, "not_an_amount"),
        ("1,5", pl.Decimal(18, 2), None, "not_an_amount"),
        ("True", pl.Boolean(), True, None),
        ("0", pl.Boolean(), False, None),
        ("oui", pl.Boolean(), None, "not_a_boolean"),
        ("2026-02-29", pl.Date(), None, "not_a_date"),
        ("0001-01-01", pl.Date(), date(1, 1, 1), None),
        ("9999-12-31", pl.Date(), date(9999, 12, 31), None),
        ("0000-01-01", pl.Date(), None, "date_out_of_range"),
        ("-0001-01-01", pl.Date(), None, "date_out_of_range"),
        ("", pl.String(), None, None),
    ],
)
def test_values_are_exact_or_refused(text: str, kind: pl.DataType, value: object, rule: str | None) -> None:
    assert read(text, kind) == (value, rule)

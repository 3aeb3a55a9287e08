"""Texts to types: instants, dates, numbers and booleans, with the rule a value breaks where it cannot be one.

Shared by all readers. A value that is absent stays null; whether it may be is the table's own rule, not the reader's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import polars as pl

from pipelines.inbox.source_config import SourceConfig

UTC_INSTANT = pl.Datetime("us", "UTC")
_OFFSET = r"(?:[Zz]|[+-]\d{2}(?::?\d{2})?)$"
_NAIVE_FORMATS = ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M")
# Beyond: a broken clock, a null date or a typing error. The calendar has a row for every day that is told.
EARLIEST, LATEST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_TRUE, _FALSE = ("true", "t", "yes", "1"), ("false", "f", "no", "0")


@dataclass(frozen=True)
class Typed:
    """Values in their type, and where one could not be had the rule that was broken (null: none)."""

    values: pl.Series
    broken: pl.Series

    @classmethod
    def of(cls, raw: pl.Series, values: pl.Series, rule: str) -> Typed:
        """Every value that is there but could not be typed breaks `rule`."""
        if values.null_count() == raw.null_count():  # the usual case, known without a look at the values
            return cls(values, _nulls(pl.String(), raw))
        lost = raw.is_not_null() & values.is_null()
        broken = pl.select(pl.when(lost).then(pl.lit(rule)).otherwise(None)).to_series()
        return cls(values, broken.cast(pl.String))


def trimmed(raw: pl.Series) -> pl.Series:
    """Text without blanks around it; empty text is null."""
    if raw.dtype != pl.String:
        return raw
    text = raw.str.strip_chars()
    is_empty = text == ""
    return text.set(is_empty, None) if is_empty.any() else text


def _nulls(kind: pl.DataType, like: pl.Series) -> pl.Series:
    return pl.Series(like.name, [None], dtype=kind).new_from_index(0, len(like))


def typed(raw: pl.Series, kind: pl.DataType, config: SourceConfig) -> Typed:
    """`raw` (text, or already of a type, as Parquet gives it) as `kind`."""
    if raw.null_count() == len(raw):
        return Typed(_nulls(kind, raw), _nulls(pl.String(), raw))
    if kind == pl.String or raw.dtype != pl.String:
        return _typed(trimmed(raw), kind, config)
    # Blanks around a number or an instant are rare: looked for only where something could not be read.
    found = _typed(raw, kind, config)
    return found if found.broken.null_count() == len(raw) else _typed(trimmed(raw), kind, config)


def _typed(raw: pl.Series, kind: pl.DataType, config: SourceConfig) -> Typed:
    if isinstance(kind, pl.Datetime):
        return instants(raw, config)
    if kind == pl.Date:
        return dates(raw)
    if kind == pl.Boolean:
        return booleans(raw)
    if kind == pl.String:
        return Typed.of(raw, raw.cast(pl.String, strict=False), "not_a_text")
    return amounts(raw, kind) if isinstance(kind, pl.Decimal) else numbers(raw, kind)


def instants(raw: pl.Series, config: SourceConfig, formats: tuple[str, ...] = _NAIVE_FORMATS) -> Typed:
    """ISO 8601 instants in UTC. Without an offset a zone must be declared; the hour that comes twice is rejected unless
    `ambiguous` says which, the hour that does not exist always is, and so is what no clock of our time shows."""
    found = _instants(raw, config, formats)
    # Compared as Polars holds them: Python has no datetime for a year 0, which a null date may well be written as.
    outside = ~found.values.is_between(EARLIEST, LATEST, closed="left").fill_null(True)
    if not outside.any():
        return found
    return Typed(found.values.set(outside, None), found.broken.set(outside, "instant_out_of_range"))


def _instants(raw: pl.Series, config: SourceConfig, formats: tuple[str, ...]) -> Typed:
    if isinstance(raw.dtype, pl.Datetime):
        if raw.dtype.time_zone is not None:
            return Typed.of(raw, raw.dt.convert_time_zone("UTC").cast(UTC_INSTANT), "not_an_instant")
        return _in_zone(raw, raw.cast(pl.Datetime("us")), config)
    if raw.dtype != pl.String:
        return Typed.of(raw, _nulls(UTC_INSTANT, raw), "not_an_instant")
    values = _first_format(raw, tuple(text + "%#z" for text in formats), zoned=True)
    if values.null_count() == raw.null_count():
        return Typed.of(raw, values, "not_an_instant")
    with_offset = raw.str.contains(r"\d{2}:\d{2}.*" + _OFFSET).fill_null(False)
    naive = raw.set(values.is_not_null() | with_offset, None)
    local = _in_zone(naive, _first_format(naive, formats, zoned=False), config)
    merged = values.zip_with(values.is_not_null(), local.values)
    if formats is _NAIVE_FORMATS and merged.null_count() > raw.null_count():
        return _with_rare_forms(raw, merged, config)
    lost = raw.is_not_null() & merged.is_null()
    rules = local.broken.zip_with(
        local.broken.is_not_null(), pl.Series(["not_an_instant"]).new_from_index(0, len(raw))
    )
    return Typed(merged, rules.set(~lost, None))


_ISO = re.compile(
    r"(\d{4})(-?)(\d{2})\2(\d{2})[T ](\d{2})(:?)(\d{2})(?:\6(\d{2})(?:[.,](\d+))?)?(Z|[+-]\d{2}(?::?\d{2})?)?"
)


def _with_rare_forms(raw: pl.Series, read: pl.Series, config: SourceConfig) -> Typed:
    """What ISO 8601 allows and few write, where the usual forms did not fit: comma before the decimals and more of them than
    six (cut), basic form (20260331T070000Z), lower-case letters, and 24:00:00, the end of a day."""
    left = raw.set(read.is_not_null(), None)
    found = {text: at for text in left.drop_nulls().unique() if (at := _rare_form(text)) is not None}
    zoned = {text: at for text, at in found.items() if at.tzinfo is not None}
    naive = {text: at for text, at in found.items() if at.tzinfo is None}
    values = left.replace_strict(zoned, default=None, return_dtype=UTC_INSTANT)
    left = left.set(values.is_not_null(), None)
    local = _in_zone(left, left.replace_strict(naive, default=None, return_dtype=pl.Datetime("us")), config)
    values = values.zip_with(values.is_not_null(), local.values)
    return Typed(read.zip_with(read.is_not_null(), values), local.broken)


def _rare_form(text: str) -> datetime | None:
    """The instant a text of ISO 8601 tells, with its offset where it has one; None for what is no such text."""
    match = _ISO.fullmatch(text.strip().upper())
    if match is None:
        return None
    year, _, month, day, hour, _, minute, second, decimals, offset = match.groups()
    is_end_of_day = (hour, minute, second or "00") == ("24", "00", "00") and not (decimals or "").strip("0")
    plain = f"{year}-{month}-{day}T{'00' if is_end_of_day else hour}:{minute}:{second or '00'}.{(decimals or '0')[:6]:0<6}"
    try:
        at = datetime.fromisoformat(plain + (offset or ""))
        at = at + timedelta(days=1) if is_end_of_day else at
        return at if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _first_format(raw: pl.Series, formats: tuple[str, ...], *, zoned: bool) -> pl.Series:
    """The first format that reads each value; later ones only look at what is left."""
    kind = UTC_INSTANT if zoned else pl.Datetime("us")
    values = _nulls(kind, raw)
    for text in formats:
        if values.null_count() == raw.null_count():
            break
        zone = {"time_zone": "UTC"} if zoned else {}
        found = raw.str.to_datetime(text, strict=False, time_unit="us", exact=True, **zone)  # type: ignore[arg-type]
        values = values.zip_with(values.is_not_null(), found)
    return values


def _in_zone(raw: pl.Series, local: pl.Series, config: SourceConfig) -> Typed:
    """Local times to UTC through the declared zone."""
    none = _nulls(UTC_INSTANT, raw)
    zone = config.get("time_zone")
    rules = _nulls(pl.String(), raw)
    rules = rules.set(raw.is_not_null() & local.is_null(), "not_an_instant")
    if zone is None:
        return Typed(none, rules.set(local.is_not_null(), "instant_without_offset"))
    frame = pl.DataFrame({"local": local})
    choice = config.get("ambiguous", "null")
    utc = frame.select(
        pl.col("local")
        .dt.replace_time_zone(zone, ambiguous=choice, non_existent="null")
        .dt.convert_time_zone("UTC")
    ).to_series()
    earliest = frame.select(
        pl.col("local").dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    ).to_series()
    rules = rules.set(local.is_not_null() & earliest.is_null(), "local_time_does_not_exist")
    rules = rules.set(earliest.is_not_null() & utc.is_null(), "local_time_comes_twice")
    return Typed(utc.alias(raw.name), rules)


def dates(raw: pl.Series, text: str = "%Y-%m-%d") -> Typed:
    """Civil dates of the years 1 to 9999, YYYY-MM-DD unless told otherwise."""
    found = _dates(raw, text)
    outside = ~found.values.is_between(date.min, date.max).fill_null(True)
    if not outside.any():
        return found
    return Typed(found.values.set(outside, None), found.broken.set(outside, "date_out_of_range"))


def _dates(raw: pl.Series, text: str) -> Typed:
    if raw.dtype == pl.Date:
        return Typed.of(raw, raw, "not_a_date")
    if isinstance(raw.dtype, pl.Datetime):
        return Typed.of(raw, raw.dt.date(), "not_a_date")
    as_text = raw.cast(pl.String, strict=False)
    return Typed.of(raw, as_text.str.to_date(text, strict=False, exact=True), "not_a_date")


def booleans(raw: pl.Series) -> Typed:
    if raw.dtype == pl.Boolean:
        return Typed.of(raw, raw, "not_a_boolean")
    lower = raw.cast(pl.String, strict=False).str.to_lowercase()
    values = _nulls(pl.Boolean(), raw)
    values = values.set(lower.is_in(_TRUE), True).set(lower.is_in(_FALSE), False)
    return Typed.of(raw, values, "not_a_boolean")


def numbers(raw: pl.Series, kind: pl.DataType) -> Typed:
    """Finite numbers; an integer column refuses fractions."""
    floats = raw.cast(pl.Float64, strict=False)
    infinite = ~floats.is_finite().fill_null(True)
    values = floats.set(infinite, None) if infinite.any() else floats
    if kind.is_integer():
        exact = raw.cast(kind, strict=False)
        values = exact.set((values != values.floor()).fill_null(True), None)
    return Typed.of(raw, values.cast(kind, strict=False), "not_a_number")


def amounts(raw: pl.Series, kind: pl.Decimal) -> Typed:
    """Amounts of money with a decimal point, exactly: more decimals than the column holds are refused."""
    if raw.dtype == pl.String:
        plain = raw.str.contains(r"^[+-]?\d{1,15}(\.\d{1,2}0*)?$")
        unsigned = raw.set(~plain.fill_null(True), None).str.strip_prefix("+")
        return Typed.of(raw, unsigned.cast(kind, strict=False), "not_an_amount")
    return Typed.of(raw, raw.cast(kind, strict=False), "not_an_amount")

"""Time zones as rows: stretches of constant offset to UTC, so that SQL never converts a zone by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl

from pipelines.contract.files import Row

# Years for which zone offsets are always known: back to the first FEC files, ahead to the last purge dates.
_FIRST_YEAR, _LAST_YEAR = 1990, 2101
_UTC_INSTANT = pl.Datetime("us", "UTC")


def zone_offsets(rows: Mapping[str, list[Row]]) -> pl.DataFrame:
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

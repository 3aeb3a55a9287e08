"""Checks that lie side by side and say the same, told as one piece: one pass in the order given, no sorting.

A piece is of one probe, UTC day, state and period, each check later than the one before and no long silence between them.
Of a day of checks of one a minute two rows are left to be looked at further.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import polars as pl

DAY_US = 86_400_000_000
PIECES_AT_ONCE = 200_000  # gathered before they are given; a stretch that flaps all day long has millions

_SAID = ("probe_key", "state", "period_s")  # the same for all checks of a piece
_EDGES = ("checked_at", "file_id", "line", "place")  # told of its first and of its last check


def pieces(checks: Iterable[pl.DataFrame], silence: int) -> Iterator[pl.DataFrame]:
    """One row per piece, from frames of checks in one order (probe_key, checked_at, state, period_s, file_id, line).

    A silence of more than `silence` times the period ends a piece, and errs by a microsecond to the side of more pieces. A
    column spacing_s says how far apart checks are where they do not say so themselves; where nothing says it, no silence
    ends a piece.

    Gives probe_key, state, period_s, spacing_s, and first_ and last_ of checked_at, file_id, line and place (all checks counted
    from 0).
    """
    starts: list[pl.DataFrame] = []
    ends: list[pl.DataFrame] = []
    last: pl.DataFrame | None = None
    before = gathered = 0
    for found in checks:
        begins = _begins(found, silence)
        if last is None or _begins(pl.concat([last, found[:1]]), silence).len():
            starts.append(_placed(found[:1], pl.Series([before])))
            if last is not None:
                ends.append(_placed(last, pl.Series([before - 1])))
        starts.append(_placed(found[begins], begins + before))
        ends.append(_placed(found[begins - 1], begins + (before - 1)))
        last = found[-1:]
        before += found.height
        gathered += begins.len()
        if gathered >= PIECES_AT_ONCE:
            begun, whole = pl.concat(starts), pl.concat(ends)
            yield _side_by_side(begun[: whole.height], whole)
            starts, ends, gathered = [begun[whole.height :]], [], 0  # the piece that is still under way
    if last is not None:
        ends.append(_placed(last, pl.Series([before - 1])))
        yield _side_by_side(pl.concat(starts), pl.concat(ends))


def _placed(edges: pl.DataFrame, places: pl.Series) -> pl.DataFrame:
    """First or last checks of pieces, with their places among all checks."""
    return edges.hstack([places.alias("place")])


def _side_by_side(starts: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    spacing = "spacing_s" if "spacing_s" in starts.columns else "period_s"
    first = starts.select(*_SAID, pl.col(spacing).alias("spacing_s"), pl.col(_EDGES).name.prefix("first_"))
    return pl.concat([first, ends.select(pl.col(_EDGES).name.prefix("last_"))], how="horizontal")


def _begins(checks: pl.DataFrame, silence: int) -> pl.Series:
    """Places of the checks that begin a piece by the check before them; the first one is not asked.

    Column by column, each read once or twice while it lies in the processor's cache: expressions cost twice as much.
    """
    at = checks["checked_at"].to_physical()
    gap = at.slice(1) - at.head(-1)
    begins = (gap <= 0) | _differs(checks["probe_key"]) | _differs(checks["state"])
    if _is_of_days(at):
        begins |= _differs(at // DAY_US)
    period = checks["period_s"]
    if not _is_one(period):
        begins |= period.slice(1).ne_missing(period.head(-1))
    spacing = checks["spacing_s"] if "spacing_s" in checks.columns else period
    if _is_one(spacing):
        begins |= gap > math.floor(silence * 1_000_000 * spacing[0] - 1)
    else:
        begins |= (gap > silence * 1_000_000 * spacing.head(-1) - 1).fill_null(False)
    return begins.arg_true().cast(pl.Int64) + 1


def _differs(column: pl.Series) -> pl.Series:
    return column.slice(1) != column.head(-1)


def _is_of_days(at: pl.Series) -> bool:
    first, last = at.min(), at.max()
    return isinstance(first, int) and isinstance(last, int) and first // DAY_US != last // DAY_US


def _is_one(column: pl.Series) -> bool:
    """Whether all of it is one known value."""
    return column.null_count() == 0 and column.min() == column.max()

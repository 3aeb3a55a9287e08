"""Checks that lie side by side and say the same, told as one piece: one pass in the order given, no sorting.

A piece is of one probe, UTC day, state and period, each check later than the one before and no long silence between them.
Of a day of checks of one a minute two rows are left to be looked at further.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

DAY_US = 86_400_000_000

_SAID = ("probe_key", "state", "period_s", "spacing_s")  # the same for all checks of a piece
_EDGES = ("checked_at", "file_id", "line", "place")  # told of its first and of its last check


def pieces(checks: Iterable[pl.DataFrame], silence: int) -> pl.DataFrame:
    """One row per piece, from frames of checks in one order (probe_key, checked_at, state, period_s, file_id, line).

    A silence of more than `silence` times the period ends a piece, and errs by a microsecond to the side of more pieces. A
    column spacing_s says how far apart checks are where they do not say so themselves; where nothing says it, no silence
    ends a piece.

    Gives probe_key, state, period_s, spacing_s, and first_ and last_ of checked_at, file_id, line and place (all checks counted
    from 0).
    """
    starts: list[pl.DataFrame] = []
    ends: list[pl.DataFrame] = []
    is_first = _is_first(silence)
    last: pl.DataFrame | None = None
    for found in checks:
        frame = found if "spacing_s" in found.columns else found.with_columns(spacing_s="period_s")
        if last is None:
            beside = frame.with_row_index("place")
            starts.append(beside[:1])
        else:
            beside = pl.concat([last, frame.with_row_index("place", last["place"][0] + 1)])
        first = beside.select(is_first).to_series()[1:].arg_true()  # the row before the first is not here
        starts.append(beside[first + 1])
        ends.append(beside[first])
        last = beside[-1:]
    if last is None:
        return pl.DataFrame()
    ends.append(last)
    edges = (
        pl.concat(starts).select(*_SAID, pl.col(_EDGES).name.prefix("first_")),
        pl.concat(ends).select(pl.col(_EDGES).name.prefix("last_")),
    )
    return pl.concat(edges, how="horizontal")


def _is_first(silence: int) -> pl.Expr:
    """Whether a row begins a piece, by the row before it."""
    differs = [pl.col(name).ne_missing(pl.col(name).shift()) for name in ("probe_key", "state", "period_s")]
    us = pl.col("checked_at").to_physical()
    day, gap = us // DAY_US, us.diff()
    is_silent = gap > silence * 1_000_000 * pl.col("spacing_s") - 1
    return pl.any_horizontal(*differs, day != day.shift(), gap <= 0, is_silent.fill_null(False))

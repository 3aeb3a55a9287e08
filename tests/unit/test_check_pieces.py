"""Pieces of checks: the same whatever frames the checks come in, each a stretch in which nothing changes."""

from __future__ import annotations

import random

import polars as pl
import pytest

from pipelines.landing import check_pieces
from pipelines.landing.check_pieces import DAY_US, pieces

SILENCE = 2


def checks(dice: random.Random, rows: int) -> pl.DataFrame:
    """Checks of two probes over a midnight, mostly a minute apart: states, periods, silences, steps back, equal instants."""
    periods: list[float | None] = dice.choice([[60.0], [60.0, 30.0], [None], [60.0, None]])
    at = DAY_US - 100 * 60_000_000
    found = []
    for line in range(rows):
        at += dice.choice([60_000_000] * 20 + [120_000_000, 120_000_001, 400_000_000, 0, -60_000_000])
        found.append(
            (1 if line < rows // 2 else 2, at, dice.choice([0] * 8 + [1, 2]), dice.choice(periods), 7, line)
        )
    schema = {
        "probe_key": pl.Int32,
        "checked_at": pl.Int64,
        "state": pl.UInt8,
        "period_s": pl.Float64,
        "file_id": pl.Int32,
        "line": pl.Int64,
    }
    frame = pl.DataFrame(found, schema=schema, orient="row")
    return frame.with_columns(pl.col("checked_at").cast(pl.Datetime("us", "UTC")))


def by_hand(frame: pl.DataFrame) -> list[tuple[int, int]]:
    """First and last line of each piece, row after row."""
    found: list[tuple[int, int]] = []
    before: tuple[object, ...] | None = None
    for probe, at, state, period, _, line in frame.with_columns(
        pl.col("checked_at").to_physical()
    ).iter_rows():
        is_more = (
            before is not None
            and before[0] == (probe, state, period, at // DAY_US)
            and 0 < at - before[1] <= (SILENCE * period * 1_000_000 - 1 if period is not None else at)
        )
        found[-1:] = [(found[-1][0], line)] if is_more else [*found[-1:], (line, line)]
        before = (probe, state, period, at // DAY_US), at
    return found


@pytest.mark.parametrize("seed", range(12))
def test_pieces_are_those_told_row_after_row_in_frames_of_any_size(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)
    frame = checks(dice, dice.choice([1, 2, 60, 700]))
    monkeypatch.setattr(check_pieces, "PIECES_AT_ONCE", dice.choice([1, 10, 1000]))
    whole = pl.concat(pieces(iter([frame]), SILENCE))
    assert whole.select("first_line", "last_line").rows() == by_hand(frame)
    assert (whole["last_place"] - whole["first_place"] + 1).sum() == frame.height
    for size in (1, 2, 7, 100):
        assert pl.concat(pieces(frame.iter_slices(size), SILENCE)).equals(whole)


def test_no_checks_give_no_pieces() -> None:
    assert list(pieces(iter([]), SILENCE)) == []


def test_spacing_stands_in_for_a_period_that_nobody_gave() -> None:
    frame = checks(random.Random(1), 400).with_columns(period_s=pl.lit(None, dtype=pl.Float64))
    without, spaced = (
        pl.concat(pieces(iter([given]), SILENCE))
        for given in (frame, frame.with_columns(spacing_s=pl.lit(60.0)))
    )
    minute = frame.with_columns(period_s=pl.lit(60.0))
    assert (
        spaced["first_line"].to_list() == pl.concat(pieces(iter([minute]), SILENCE))["first_line"].to_list()
    )
    assert without.height < spaced.height

"""Keys of accounting lines and entries, made from their content alone: the same line has the same key in any file, at any place.

A FEC file numbers no lines. A line is therefore told by what never changes once it is booked (journal, number, date, account,
auxiliary account, piece, amounts); lettering, validation and labels may come later and then replace what was there. Equal lines
are numbered in the order of what is left, so that rows out of order get the same keys.
"""

from __future__ import annotations

from hashlib import blake2b

import polars as pl

_SEPARATOR = "\x1f"
BOOKED = ("journal_code", "entry_number", "entry_on", "account", "auxiliary_account", "piece", "debit", "credit")
LATER = ("label", "piece_on", "lettering", "lettered_on", "validated_on", "size_bytes")


def digest64(texts: pl.Series) -> pl.Series:
    """The first 64 bits of a digest of each text, as signed integers. Unlike Polars' own hash, for ever the same."""
    read = int.from_bytes
    return pl.Series(
        texts.name,
        [read(blake2b(text.encode(), digest_size=8).digest(), "little", signed=True) for text in texts],
        dtype=pl.Int64,
    )


def keyed(frame: pl.DataFrame, client_id: pl.Expr, dossier_id: pl.Expr, own: tuple[str, ...]) -> pl.DataFrame:
    """`frame` with `entry_id` (client, dossier, journal, number, date) and `movement_id` (the columns `own`)."""
    if frame.is_empty():
        return frame.with_columns(entry_id=pl.lit(0, dtype=pl.Int64), movement_id=pl.lit(0, dtype=pl.Int64))
    entry = ("journal_code", "entry_number", "entry_on")
    frame = frame.with_columns(
        _joined(client_id, dossier_id, *map(pl.col, entry)).alias("_entry"), _joined(*map(pl.col, own)).alias("_line")
    )
    entries = frame["_entry"].unique()
    known = pl.DataFrame({"_entry": entries, "entry_id": digest64(entries)})
    return frame.with_columns(movement_id=digest64(frame["_line"])).join(
        known, on="_entry", how="left", maintain_order="left"
    )


def occurrences(frame: pl.DataFrame) -> pl.Series:
    """Which of its equal lines each line is, from 1, told by what may change later: independent of the file's order."""
    ordered = frame.select(*BOOKED, *LATER).with_row_index("_row").sort(*BOOKED, *LATER, "_row")
    return (
        ordered.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(BOOKED).alias("line_number"))
        .sort("_row")
        .get_column("line_number")
    )


def _joined(*parts: pl.Expr) -> pl.Expr:
    return pl.concat_str([part.cast(pl.String).fill_null("") for part in parts], separator=_SEPARATOR)

"""Keys of accounting lines and entries, made from their content alone: the same line has the same key in any file, at any place.

A FEC file numbers no lines. A line is therefore told by what never changes once it is booked (journal, number, date, account,
auxiliary account, piece, amounts); lettering, validation and labels may come later and then replace what was there. Equal lines
are numbered in the order of what is left, so that rows out of order get the same keys.
"""

from __future__ import annotations

from hashlib import blake2b, sha256

import polars as pl

from pipelines.readers.certainty import unquoted

_SEPARATOR = "\x1f"
BOOKED = (
    "journal_code",
    "entry_number",
    "entry_on",
    "account",
    "auxiliary_account",
    "piece",
    "debit",
    "credit",
)
TIES = (
    "journal_code",
    "entry_number",
    "account",
    "auxiliary_account",
    "piece",
    "lettering",
)  # what lines are told together by
LATER = (
    "label", "piece_on", "lettering", "lettered_on", "validated_on", "journal_label", "account_label", "auxiliary_label",
    "currency_amount", "currency", "size_bytes",
)  # fmt: skip


def digest64(texts: pl.Series) -> pl.Series:
    """The first 64 bits of a digest of each text, as signed integers. Unlike Polars' own hash, for ever the same."""
    digests = [blake2b(text, digest_size=8).digest() for text in texts.cast(pl.Binary).to_list()]
    return pl.Series(texts.name, digests, dtype=pl.Binary).bin.reinterpret(
        dtype=pl.Int64, endianness="little"
    )


def keyed(frame: pl.DataFrame, client_id: pl.Expr, dossier_id: pl.Expr, own: tuple[str, ...]) -> pl.DataFrame:
    """`frame` with `entry_id` (client, dossier, journal, number, date), `lettering_id` (account, auxiliary account, lettering;
    null where not lettered) and `movement_id` (the columns `own`). What cannot be understood is tied to what it may mean."""
    entry = _joined(client_id, dossier_id, *map(pl.col, ("journal_code", "entry_number", "entry_on")))
    texts = frame.with_columns(pl.col("entry_on").cast(pl.String)).select(
        entry.alias("entry"),
        _joined(*map(pl.col, own)).alias("line"),
    )
    return frame.with_columns(
        _digest_once(texts["entry"]).alias("entry_id"),
        lettering_ids(frame).alias("lettering_id"),
        digest64(texts["line"]).alias("movement_id"),
    )


def lettering_ids(frame: pl.DataFrame) -> pl.Series:
    """A number for account, auxiliary account and lettering together; null where a line is not lettered."""
    tied = ("account", "auxiliary_account", "lettering")
    meant = frame.select(tied) if not frame["is_unclear"].any() else _meant(frame.select(*tied, "is_unclear"))
    lettered = _joined(*(pl.lit(meant[name]) for name in tied))
    return _digest_once(
        frame.select(pl.when(pl.col("lettering").is_not_null()).then(lettered).alias("lettered"))["lettered"]
    )


def _meant(frame: pl.DataFrame) -> pl.DataFrame:
    plain = frame.select(unquoted(column).alias(column.name) for column in frame.drop("is_unclear"))
    return frame.select(
        pl.when("is_unclear").then(pl.lit(plain[name])).otherwise(pl.col(name)).alias(name)
        for name in plain.columns
    )


def _digest_once(texts: pl.Series) -> pl.Series:
    """`digest64` of a column whose values repeat."""
    values = texts.drop_nulls().unique()
    known = pl.DataFrame({"text": values, "digest": digest64(values)})
    return texts.to_frame("text").join(known, on="text", how="left", maintain_order="left")["digest"]


def occurrences(frame: pl.DataFrame) -> pl.Series:
    """Which of its equal lines each line is, from 1, told by what may change later: independent of the file's order."""
    booked = frame.select(*BOOKED)
    equal = booked.is_duplicated()
    first = pl.Series("line_number", [1], dtype=pl.Int64).new_from_index(0, frame.height)
    if not equal.any():
        return first
    ordered = frame.select(*BOOKED, *LATER).with_row_index("_row").filter(equal).sort(*BOOKED, *LATER, "_row")
    numbered = ordered.select(
        "_row", pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(BOOKED).alias("line_number")
    )
    return first.scatter(numbered["_row"], numbered["line_number"])


def _joined(*parts: pl.Expr) -> pl.Expr:
    return pl.concat_str([part.cast(pl.String).fill_null("") for part in parts], separator=_SEPARATOR)


def list_digest(lines: pl.DataFrame) -> str:
    """SHA-256 of a list of lines, sorted: client, dossier, movement, amounts, one line of text each."""
    columns = ("client_id", "dossier_id", "movement_id", "debit", "credit")
    texts = lines.select(_joined(*map(pl.col, columns))).to_series().sort()
    return sha256("\n".join(texts).encode()).hexdigest()

"""Whether what protects an accounting line can be understood: its account and its lettering.

An open item is told by its account, a tie by its lettering. Spreadsheets put apostrophes and quotes before them, copies from
pages bring characters nobody sees; a line that is misread would be free to be purged (rules.md section 7: what protects fails
closed). Invisible characters go; of what is left nothing is guessed, the line is marked and its entry stays.
"""

from __future__ import annotations

import polars as pl

# Zero-width characters, marks of direction, soft hyphen, byte order mark; blanks of all kinds are trimmed at the ends.
_INVISIBLE = (
    r"[\p{Cc}\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
_QUOTES = r"[\"'`´‘’“”«»\u2032\u2033\ufffd]"
_TOLD = r"^0*(?:[1-9][0-9]{2}|[1-9][0-9]?$)"  # by its first three digits, leading zeros aside, or a whole account of fewer
_LETTERS = r"[1-9\p{L}]"
_ODD = r"[^\x20-\x7e\u00c0-\u024f]"  # such as full-width or Cyrillic letters, which look like others


def visible(text: pl.Series) -> pl.Series:
    """Text without characters that nobody sees, trimmed of blanks of all kinds; null where nothing is left, or two quotes."""
    plain = text.str.replace_all(_INVISIBLE, "").str.strip_chars()
    return plain.set((plain == "") | (plain == '""'), None)


def letterings(text: pl.Series) -> pl.Series:
    """Letterings; null for what has no letter and no digit but zeros, such as a dash: that letters nothing."""
    return text.set(~text.str.contains(_LETTERS).fill_null(True), None)


def unclear(account: pl.Series, lettering: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Which accounts cannot be told to lie outside those of open items, and which letterings cannot be understood."""
    accounts = ~account.str.contains(_TOLD).fill_null(True)
    quoted = lettering.str.contains(_QUOTES).fill_null(False)
    odd = lettering.str.contains(_ODD).fill_null(False)
    return accounts, quoted | odd


def unquoted(text: pl.Series) -> pl.Series:
    """Text as it may have been meant, in plain characters without quotes and blanks: what it is tied to, never what it is."""
    plain = text.str.normalize("NFKC").str.replace_all(_QUOTES, "")
    return plain.str.replace_all(r"[^\x21-\x7e\u00c0-\u024f]", "")

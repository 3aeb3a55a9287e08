"""Records as a plain table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

CELL = 60  # characters of a cell that are shown


def text(rows: Sequence[dict[str, Any]], columns: Sequence[str] | None = None) -> str:
    """Columns side by side; numbers to the right. Control characters are shown, never sent to the terminal."""
    if not rows:
        return "(none)"
    names = list(columns or rows[0])
    cells = [[_cell(row[name]) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[place]) for line in cells)) for place, name in enumerate(names)]
    numeric = [all(isinstance(row[name], int | float) or row[name] is None for row in rows) for name in names]
    lines = [names, ["-" * width for width in widths], *cells]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    )


def printable(text: str) -> str:
    """Text in which control characters are shown, never sent to the terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    plain = printable(str(value))
    return plain if len(plain) <= CELL else f"{plain[: CELL - 1]}…"

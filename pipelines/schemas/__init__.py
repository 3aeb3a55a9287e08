"""Pandera models of the landing tables: one strict model per table, declared here once and nowhere else.

Readers produce these types; nothing is coerced. A row that breaks a model goes to `landing.rejects`.
"""

from __future__ import annotations

from typing import Annotated

import pandera.polars as pa
import polars as pl

Instant = Annotated[pl.Datetime, "us", "UTC"]


class LandingModel(pa.DataFrameModel):
    """Base of all landing tables: `line` is where the row stands in its file (1 is the first line)."""

    line: int = pa.Field(ge=1, description="Line of the file (record number where a format has no lines)")

    class Config:
        strict = True
        coerce = False


def text(description: str, *, nullable: bool = False, allowed: tuple[str, ...] | None = None):  # type: ignore[no-untyped-def]
    """A text field: never empty; only the values of `allowed` where given."""
    return pa.Field(
        nullable=nullable,
        isin=allowed,
        str_length=None if allowed else {"min_value": 1},
        description=description,
    )


def value(  # type: ignore[no-untyped-def]
    description: str, *, nullable: bool = False, ge: float | None = None, le: float | None = None
):
    """A number, instant, date or boolean field."""
    return pa.Field(nullable=nullable, ge=ge, le=le, description=description)

"""What protects lines from a purge, holds and dossiers, and could not be read: whom it concerns, as far as that can be told.

A rejected row must not free what it was to hold. Every reading of a file keeps its own, so that only a newer reading, or a
row accepted later, corrects them; models/intermediate/history/int_history_refused_guards.sql says when.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import and_

import polars as pl

from pipelines.errors import UnreadableFile
from pipelines.inbox.discovery import InboxFile
from pipelines.readers import Batch
from pipelines.readers.validation import validated
from pipelines.schemas import LandingModel, holds, registry

_MONTHS = "jan|f[eé]v|feb|mar|avr|apr|mai|may|jui|jun|jul|ao[uû]|aug|sep|oct|nov|d[eé]c"
_DAY = rf"(?i)^\s*\d{{1,4}}[-/.]\d{{1,2}}([-/.]\d{{1,4}})?\b|^\s*\d{{1,2}} ({_MONTHS})"


@dataclass(frozen=True)
class Guard:
    """A table that protects: its model, the table of its rejected rows, and the texts that tell whom a row concerns."""

    model: type[LandingModel]
    rejected: str
    rejected_model: type[LandingModel]
    scope: tuple[str, ...]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        columns = self.rejected_model.to_schema().columns
        return {name: column.dtype.type for name, column in columns.items()}


GUARDS = {
    "holds": Guard(
        holds.Holds, "rejected_holds", holds.RejectedHolds, ("hold_id", "client_id", "dossier_id")
    ),
    "dossiers": Guard(
        registry.Dossiers,
        "rejected_dossiers",
        registry.RejectedDossiers,
        ("client_id", "dossier_id", "fiscal_year_from", "fiscal_year_until"),
    ),
}


def with_rejected(batch: Batch, texts: pl.DataFrame) -> Iterator[Batch]:
    """The batch, rows that break its model rejected, and the scope of each reject.

    texts: `line`, the columns of the guard's scope, `is_blank` and `unknown_column` of every row that could be split into fields;
    of the others (a line cut in two, bytes of no alphabet) nothing is believed, so that they concern every client. A row of
    nothing but separators, as spreadsheets leave them behind, says nothing. A row of dossiers that tells no fiscal year is
    accepted, and stands among the rejects all the same where a column nobody knows has a day in it.
    """
    guard = GUARDS[batch.table]
    rows, failures = validated(guard.model, batch)
    rejects = pl.concat([batch.rejects, failures]) if failures.height else batch.rejects
    yield Batch(batch.table, rows, rejects, batch.raw, batch.notes)
    broken = rejects.select("line", "rule", "column", "value")
    if batch.table == "dossiers":
        broken = pl.concat([broken, _years_not_read(rows, texts)])
    if broken.height:
        told = broken.join(texts, on="line", how="left", maintain_order="left")
        names = pl.col(guard.scope)
        told = told.filter(~pl.col("is_blank").fill_null(False)).with_columns(
            pl.when(names != "").then(names)
        )
        columns = [pl.col(name).cast(kind) for name, kind in guard.schema.items()]
        yield Batch(guard.rejected, told.unique("line", keep="first").sort("line").select(columns))


def _years_not_read(rows: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """Accepted rows of dossiers without a fiscal year whose file has a day where nobody looks, as `rejects` tell a row."""
    years = pl.col("fiscal_year_end", "fiscal_year_from", "fiscal_year_until")
    silent = rows.filter(pl.all_horizontal(years.is_null()))["line"]
    told = texts.filter(pl.col("line").is_in(silent.implode()) & pl.col("unknown_column").is_not_null())
    return told.select(
        "line",
        pl.lit("unknown_column").alias("rule"),
        pl.col("unknown_column").alias("column"),
        pl.lit(None, dtype=pl.String).alias("value"),
    )


def blank(rows: pl.DataFrame) -> pl.Series:
    """`is_blank`: whether a row has nothing in any of its fields."""
    empty = [
        (column.str.strip_chars() == "").fill_null(True) if column.dtype == pl.String else column.is_null()
        for column in rows.get_columns()
    ]
    return reduce(and_, empty, pl.repeat(True, rows.height, dtype=pl.Boolean, eager=True)).alias("is_blank")


def day_in_unknown_column(unknown: pl.DataFrame) -> pl.Series:
    """`unknown_column`: the first of these columns that has what looks like a day (`30/06`, `2019-12-31`) in a row; else null."""
    names = pl.repeat(None, unknown.height, dtype=pl.String, eager=True)
    for column in reversed(unknown.get_columns()):
        if column.dtype == pl.String:
            names = names.set(column.str.contains(_DAY).fill_null(False), column.name)
        elif column.dtype.is_temporal():
            names = names.set(column.is_not_null(), column.name)
    return names.alias("unknown_column")


def refuse_empty(file: InboxFile) -> None:
    """Raises UnreadableFile for a file without even a header: an upload cut short. A header alone says that there is none."""
    with file.open() as stream:
        if not stream.read(1 << 10).strip():
            raise UnreadableFile(
                "empty_file",
                f"{file.name}: nothing in it, not even a header, as if its sending broke off; send it again",
            )


def of_refused(file: InboxFile, error: UnreadableFile) -> Batch | None:
    """A file refused whole that holds, or may hold, what protects: one row without a scope, which concerns every client.

    A folder that only looks like one of theirs (`hold`, `Holds`) counts: what is in it was meant to protect.
    """
    name = file.source.strip().lower()
    if name.startswith("hold"):
        guard = GUARDS["holds"]
    elif name.startswith(("regist", "dossier")) and not file.path.name.startswith("environments"):
        guard = GUARDS["dossiers"]
    else:
        return None
    row = {"line": 1, "rule": error.rule, "column": error.column, "value": error.value}
    return Batch(guard.rejected, pl.DataFrame([row], schema=guard.schema))

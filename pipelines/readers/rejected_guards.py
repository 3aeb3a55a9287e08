"""What protects lines from a purge, holds and dossiers, and could not be read: whom it concerns, as far as that can be told.

A rejected row must not free what it was to hold. Every reading of a file keeps its own, so that only a newer reading, or a
row accepted later, corrects them; models/intermediate/history/int_history_refused_guards.sql says when.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pipelines.errors import UnreadableFile
from pipelines.inbox import InboxFile
from pipelines.readers import Batch
from pipelines.schemas import LandingModel, holds, registry
from pipelines.validation import validated


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

    texts: `line` and the columns of the guard's scope, of every row that could be split into fields; of the others (a line
    cut in two, bytes of no alphabet) nothing is believed, so that they concern every client. A row of nothing but separators,
    as spreadsheets leave them behind, says nothing.
    """
    guard = GUARDS[batch.table]
    rows, failures = validated(guard.model, batch)
    rejects = pl.concat([batch.rejects, failures]) if failures.height else batch.rejects
    yield Batch(batch.table, rows, rejects, batch.raw, batch.notes)
    blank = batch.rows.filter(pl.all_horizontal(pl.exclude("line").is_null()))["line"]
    told = rejects.filter(~pl.col("line").is_in(blank.implode()))
    if told.height:
        told = told.select("line", "rule", "column", "value").join(
            texts, on="line", how="left", maintain_order="left"
        )
        names = pl.col(guard.scope)
        told = told.with_columns(pl.when(names != "").then(names)).unique("line", keep="first")
        yield Batch(
            guard.rejected, told.sort("line").select(pl.col(n).cast(k) for n, k in guard.schema.items())
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

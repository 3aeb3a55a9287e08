"""Typed rows against the Pandera model of their table: what keeps it goes on, what breaks it becomes a reject."""

from __future__ import annotations

import json

import pandera.errors
import polars as pl

from pipelines.errors import InvariantError
from pipelines.readers import RAW_CHARACTERS, Batch, reject, rejects_frame
from pipelines.schemas import LandingModel

_RULES = {
    "not_nullable": "required_value_missing",
    "isin": "not_an_allowed_value",
    "str_length": "empty",
    "greater_than_or_equal_to": "below_minimum",
    "less_than_or_equal_to": "above_maximum",
    "str_matches": "not_of_the_form",
}


def are_sound(model: type[LandingModel], frames: list[pl.DataFrame]) -> bool:
    """Whether all rows keep the model."""
    try:
        model.validate(pl.concat(frames), lazy=True)
    except (pandera.errors.SchemaErrors, pl.exceptions.PolarsError):
        return False
    return True


def validated(model: type[LandingModel], batch: Batch) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that keep the model, and one reject for each row that breaks it (its first broken rule)."""
    rows = batch.rows
    if not rows.height:
        return rows, rejects_frame([])
    try:
        model.validate(rows, lazy=True)
        return rows, rejects_frame([])
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    if cases["index"].null_count():
        first = cases.filter(pl.col("index").is_null()).row(0, named=True)
        raise InvariantError(
            f"the reader of {batch.table} gave {first['failure_case']} for {first['column']}: {first['check']}"
        )
    order = {name: position for position, name in enumerate(rows.columns)}
    found: dict[int, dict[str, object]] = {}
    ranked = sorted(
        cases.iter_rows(named=True), key=lambda case: (case["index"], order.get(case["column"], len(order)))
    )
    for case in ranked:
        rule = _RULES.get(case["check"].split("(")[0], case["check"])
        column = case["column"] if case["schema_context"] == "Column" else None
        value = None if rule == "required_value_missing" else case["failure_case"]
        found.setdefault(case["index"], reject(rows["line"][case["index"]], rule, column, value, None))
    texts = batch.raw({int(str(row["line"])) for row in found.values()}) if batch.raw else {}
    rejects = []
    for index, row in found.items():
        text = texts.get(int(str(row["line"])))
        rejects.append({**row, "raw": _row_text(rows, index) if text is None else text})
    kept = rows.filter(~pl.int_range(pl.len()).is_in(list(found)))
    return kept, rejects_frame(rejects)


def _row_text(rows: pl.DataFrame, index: int) -> str:
    return json.dumps(rows.row(index, named=True), ensure_ascii=False, default=str)[:RAW_CHARACTERS]

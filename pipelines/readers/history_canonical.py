"""What movements of our own format need besides typing: keys, bytes, and the entry of every line that cannot be read."""

from __future__ import annotations

import json
from collections.abc import Iterator

import polars as pl

from pipelines.inbox.discovery import InboxFile, sha256
from pipelines.readers import REJECT_SCHEMA, Batch, reject, rejects_frame
from pipelines.readers.certainty import letterings, unclear, visible
from pipelines.readers.movement_keys import TIES, keyed, lettering_ids
from pipelines.readers.values import dates
from pipelines.schemas.history import FIRST_YEAR, LAST_YEAR, TOO_LARGE

REQUIRED = (
    "client_id",
    "dossier_id",
    "journal_code",
    "entry_number",
    "line_number",
    "entry_on",
    "account",
    "debit",
    "credit",
)
_OWN_KEY = ("journal_code", "entry_number", "entry_on", "line_number")
UNREADABLE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "line": pl.Int64,
    "file_ref": pl.String,
    "client_id": pl.String,
    "dossier_id": pl.String,
    "journal_code": pl.String,
    "entry_number": pl.String,
    "entry_on": pl.Date,
    "lettering_id": pl.Int64,
    "is_lettering_unknown": pl.Boolean,
    "rule": pl.String,
    "size_bytes": pl.Int64,
}


def complete(frame: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Key, entry and bytes of movements that number their own lines and entries; `rows` is the text they were typed from."""
    plain = frame.with_columns(visible(frame[name]).alias(name) for name in TIES)
    plain = plain.with_columns(
        pl.col("entry_number").fill_null(""), letterings(plain["lettering"]).alias("lettering")
    )
    accounts, quoted = unclear(plain["account"], plain["lettering"])
    frame = plain.with_columns((accounts | quoted).alias("is_unclear"))
    texts = [pl.col(name).cast(pl.String).fill_null("") for name in rows.columns if name != "line"]
    size = rows.select(pl.concat_str(texts, separator=",").str.len_bytes().cast(pl.Int64) + 1).to_series()
    return keyed(frame, pl.col("client_id"), pl.col("dossier_id"), _OWN_KEY).with_columns(
        size.alias("size_bytes")
    )


def with_unreadable(batch: Batch, file: InboxFile) -> Iterator[Batch]:
    """The batch, rows without a required value rejected, and what is known of the entries its rejects belong to."""
    columns = [name for name in REQUIRED if batch.rows[name].null_count()]
    lost: dict[int, dict[str, object]] = {}
    for name in columns:
        for line in batch.rows.filter(pl.col(name).is_null())["line"]:
            lost.setdefault(line, reject(line, "required_value_missing", name, None, None))
    for name in ("debit", "credit"):
        too_large = batch.rows.filter(pl.col(name).abs() >= TOO_LARGE)
        for line, amount in too_large.select("line", name).iter_rows():
            lost.setdefault(line, reject(line, "amount_too_large", name, str(amount), None))
    of_no_year = batch.rows.filter(~pl.col("entry_on").dt.year().is_between(FIRST_YEAR, LAST_YEAR))
    for line, day in of_no_year.select("line", "entry_on").iter_rows():
        lost.setdefault(line, reject(line, "date_out_of_range", "entry_on", str(day), None))
    texts = batch.raw(set(lost)) if batch.raw and lost else {}
    missing = rejects_frame([{**row, "raw": texts.get(line)} for line, row in sorted(lost.items())])
    rows = batch.rows.filter(~pl.col("line").is_in(list(lost))) if lost else batch.rows
    rejects = pl.concat([batch.rejects, missing])
    yield Batch(batch.table, rows, rejects, batch.raw, batch.notes)
    if rejects.height:
        yield Batch("unreadable_movements", _unreadable(rejects, sha256(file.path)))


def _unreadable(rejects: pl.DataFrame, file_ref: str) -> pl.DataFrame:
    found: list[dict[str, object]] = []
    for row in rejects.select(*REJECT_SCHEMA).iter_rows(named=True):
        record = _record(row["raw"])
        if not record.get("client_id") or not record.get("dossier_id"):
            continue
        day = None if row["column"] == "entry_on" else record.get("entry_on")
        found.append(
            {
                "line": row["line"],
                "file_ref": file_ref,
                "client_id": record["client_id"],
                "dossier_id": record["dossier_id"],
                "journal_code": record.get("journal_code") or "",
                "entry_number": record.get("entry_number") or "",
                "entry_on": dates(pl.Series([day], dtype=pl.String)).values[0],
                "lettering_id": _lettering_id(record),
                "is_lettering_unknown": False,
                "rule": row["rule"],
                "size_bytes": len(",".join(str(text or "") for text in record.values()).encode()) + 1,
            }
        )
    return pl.DataFrame(found, schema=UNREADABLE_SCHEMA)


def _lettering_id(record: dict[str, str]) -> int | None:
    """What ties the line to others, as far as its own fields can be read."""
    frame = pl.DataFrame(
        {name: [record.get(name)] for name in TIES[2:]}, schema=dict.fromkeys(TIES[2:], pl.String)
    )
    frame = frame.with_columns(visible(frame[name]).alias(name) for name in TIES[2:])
    frame = frame.with_columns(letterings(frame["lettering"]).alias("lettering"))
    accounts, quoted = unclear(frame["account"], frame["lettering"])
    found = lettering_ids(frame.with_columns((accounts | quoted).alias("is_unclear")))[0]
    return None if found is None else int(found)


def _record(raw: str | None) -> dict[str, str]:
    """The record as the canonical reader wrote it into the reject; nothing where it could not even be split."""
    try:
        record = json.loads(raw or "{}")
    except ValueError:
        return {}
    return (
        {name: str(text).strip() for name, text in record.items() if text is not None}
        if isinstance(record, dict)
        else {}
    )

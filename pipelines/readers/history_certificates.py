"""Purge certificates: the list of accounting lines that a client has purged, as `livret purge-list` wrote it.

`history/certificates/<sha256 of the list>.parquet`, put there by `livret purge-certify`. The digest in the name must be that of
the list, so that a list altered after its approval is refused whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl
import pyarrow as arrow
from pyarrow import parquet

from pipelines.errors import UnreadableFile
from pipelines.inbox.discovery import InboxFile
from pipelines.readers import Batch, Reader
from pipelines.readers.movement_keys import list_digest

PURGED_ON = b"purged_on"
KEY = ("client_id", "dossier_id", "movement_id")


def read(file: InboxFile) -> Iterator[Batch]:
    """Lines of one certificate."""
    try:
        table = parquet.read_table(arrow.BufferReader(file.read()))
    except (arrow.ArrowException, OSError) as error:
        raise UnreadableFile(
            "not_parquet", f"{file.name}: not readable as Parquet ({str(error)[:200]})"
        ) from error
    stamp = (table.schema.metadata or {}).get(PURGED_ON)
    # Without its metadata, which Polars takes for UTF-8 and stops the program where they are not.
    frame = pl.DataFrame(pl.from_arrow(table.replace_schema_metadata(None)))
    missing = [name for name in (*KEY, "debit", "credit") if name not in frame.columns]
    if missing or stamp is None:
        raise _no_certificate(file, f"no {', '.join(missing) or 'date'}")
    try:
        purged_on = date.fromisoformat(stamp.decode())
        keys = frame.select(
            pl.col("client_id", "dossier_id").cast(pl.String), pl.col("movement_id").cast(pl.Int64)
        )
    except (ValueError, pl.exceptions.PolarsError) as error:
        raise _no_certificate(file, str(error)[:200]) from error
    if sum(keys.null_count().row(0)):
        raise _no_certificate(file, "a line without client, dossier or key")
    certificate_id = list_digest(frame)
    if certificate_id != file.stem.removesuffix(".parquet"):
        raise UnreadableFile(
            "wrong_digest",
            f"{file.name}: the list has digest {certificate_id}, not the one it is named after; it was altered",
            certificate_id,
        )
    yield Batch(
        "purged_movements",
        keys.select(
            pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("line"),
            pl.lit(certificate_id).alias("certificate_id"),
            *KEY,
            pl.lit(purged_on).alias("purged_on"),
        ),
    )


def _no_certificate(file: InboxFile, why: str) -> UnreadableFile:
    return UnreadableFile("not_a_certificate", f"{file.name}: {why}; make it with livret purge-certify")


READER = Reader("history", "certificates", ("purged_movements",), read, suffixes=(".parquet",))

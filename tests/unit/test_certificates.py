"""A certificate that was altered, or is none, is refused whole: what it lists is not taken for purged."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from pyarrow import parquet

from pipelines.errors import UnreadableFile
from pipelines.inbox.discovery import InboxFile
from pipelines.inbox.source_config import SourceConfig
from pipelines.readers import history_certificates
from pipelines.readers.history_certificates import PURGED_ON
from pipelines.readers.movement_keys import list_digest

LINES = pl.DataFrame(
    {"client_id": ["c", "c"], "dossier_id": ["d", "d"], "movement_id": [1, 2], "debit": ["5.00", "0.00"], "credit": ["0.00", "5.00"]}
)  # fmt: skip


def certificate(folder: Path, lines: pl.DataFrame, stamp: bytes | None, name: str | None = None) -> InboxFile:
    path = folder / f"{name or list_digest(lines)}.parquet"
    table = lines.to_arrow().replace_schema_metadata({PURGED_ON: stamp} if stamp is not None else {})
    parquet.write_table(table, path)
    return InboxFile(path, f"history/certificates/{path.name}", "history", "certificates", SourceConfig())


def test_a_certificate_gives_its_lines_and_its_day(tmp_path: Path) -> None:
    (batch,) = history_certificates.read(certificate(tmp_path, LINES, b"2026-03-02"))
    assert batch.rows.select("line", "movement_id", "purged_on").rows() == [
        (1, 1, date(2026, 3, 2)),
        (2, 2, date(2026, 3, 2)),
    ]


@pytest.mark.parametrize(
    ("lines", "stamp", "name", "rule"),
    [
        (LINES, b"2026-02-30", None, "not_a_certificate"),  # a day that does not exist
        (LINES, b"\xff\xfe", None, "not_a_certificate"),
        (LINES, None, None, "not_a_certificate"),
        (LINES.with_columns(movement_id=pl.Series(["1", "x"])), b"2026-03-02", None, "not_a_certificate"),
        (LINES.with_columns(client_id=pl.lit(None)), b"2026-03-02", None, "not_a_certificate"),
        (LINES.drop("debit"), b"2026-03-02", list_digest(LINES), "not_a_certificate"),
        (LINES.head(1), b"2026-03-02", list_digest(LINES), "wrong_digest"),  # a line taken out
        (LINES.with_columns(dossier_id=pl.lit("e")), b"2026-03-02", list_digest(LINES), "wrong_digest"),
        (LINES, b"2026-03-02", list_digest(LINES).upper(), "wrong_digest"),
    ],
)
def test_what_is_no_certificate_is_refused(
    tmp_path: Path, lines: pl.DataFrame, stamp: bytes | None, name: str | None, rule: str
) -> None:
    with pytest.raises(UnreadableFile) as refused:
        list(history_certificates.read(certificate(tmp_path, lines, stamp, name)))
    assert refused.value.rule == rule

"""Parquet: columns in their own types; texts that a database does not take are lost row by row."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl
import pyarrow as arrow
from pyarrow import parquet

from pipelines.errors import UnreadableFile
from pipelines.inbox.discovery import InboxFile
from pipelines.readers import reject
from pipelines.readers.block import BLOCK_ROWS, LINE, Block, raw_text

LISTED_BYTES = 4  # of one value, in a file that tells texts by their place in a list


def parquet_blocks(file: InboxFile) -> Iterator[Block]:
    """Blocks of a Parquet file, in its own types. Raises UnreadableFile where it is none."""
    try:
        source: Any = str(file.path) if file.compression is None else io.BytesIO(file.read())
        told = parquet.read_metadata(source)
        opened = parquet.ParquetFile(source, metadata=told, read_dictionary=_few_valued(told))
        line = 1
        for batches in _blocks_of(opened.iter_batches(batch_size=BLOCK_ROWS)):
            frame = pl.DataFrame(pl.from_arrow(batches)).rechunk()
            frame = frame.rename({LINE: "line.2"}) if LINE in frame.columns else frame
            numbers = pl.int_range(line, line + frame.height, dtype=pl.Int64).alias(LINE)
            yield _without_nul(frame.with_columns(numbers))
            line += frame.height
    except (arrow.ArrowException, OSError, pl.exceptions.PolarsError) as error:
        raise UnreadableFile(
            "not_parquet", f"{file.name}: not readable as Parquet ({str(error)[:200]})"
        ) from error


def _blocks_of(batches: Iterable[arrow.RecordBatch]) -> Iterator[arrow.Table]:
    """Batches put together: lists of texts end with each row group, and so do they."""
    gathered: list[arrow.RecordBatch] = []
    for batch in batches:
        if sum(map(len, gathered)) + len(batch) > BLOCK_ROWS:
            yield arrow.Table.from_batches(gathered)
            gathered = []
        gathered.append(batch)
    if gathered:
        yield arrow.Table.from_batches(gathered)


def _few_valued(found: parquet.FileMetaData) -> list[str]:
    """Columns of texts that the file tells by their place in a list: so little room has each value in it.

    Read as they are written, they cost a fifth, and the list is all there is to look at.
    """
    groups = [found.row_group(number) for number in range(found.num_row_groups)]
    names = []
    for place in range(found.num_columns):
        chunks = [group.column(place) for group in groups]
        size = sum(chunk.total_uncompressed_size for chunk in chunks)
        if found.schema.column(place).physical_type == "BYTE_ARRAY" and size < LISTED_BYTES * found.num_rows:
            names.append(found.schema.column(place).path)
    return names


def _without_nul(frame: pl.DataFrame) -> Block:
    """Records whose texts hold a NUL character are lost."""
    texts = frame.select(pl.col(pl.String, pl.Categorical)).get_columns()
    whole = frame.with_columns(pl.col(pl.Categorical).cast(pl.String))
    if not any(
        _spells_nul(text.unique().cast(pl.String) if text.dtype == pl.Categorical else text).any()
        for text in texts
    ):
        return Block(whole, [])
    bad = whole.select(pl.any_horizontal(_spells_nul(whole[text.name]) for text in texts)).to_series()
    shown = raw_text(whole, whole.filter(bad)[LINE])
    return Block(
        whole.filter(~bad), [reject(line, "nul_character", None, None, text) for line, text in shown.items()]
    )


def _spells_nul(text: pl.Series) -> pl.Series:
    return text.str.contains("\x00", literal=True).fill_null(False)

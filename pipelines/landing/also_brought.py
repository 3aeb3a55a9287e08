"""Which stored rows other readings brought as well: a duplicate is not stored twice, but who brought it is remembered.

Only so can a file be withdrawn and leave what others brought. Of the tables that grow large a stretch of lines is one record:
a file sent again with more rows costs a handful of records, not one for each row.
"""

from __future__ import annotations

import duckdb
import polars as pl

from pipelines.landing.tables import LandingTable

CREATE = """
create table if not exists landing.also_brought (
    table_name varchar not null, file_id integer not null, line bigint not null, "sequence" integer not null,
    lines bigint not null, met_file_id integer not null, met_line bigint not null, key varchar
);
comment on table landing.also_brought is
    'One row per stretch of lines of a reading that are known duplicates of lines of another: line + n is the same row as
    met_line + n. Where a line may hold several rows, key tells which (JSON), and lines is 1.';
"""
SCHEMA = {
    "file_id": pl.Int32,
    "line": pl.Int64,
    "sequence": pl.Int32,
    "met_file_id": pl.Int32,
    "met_line": pl.Int64,
    "key": pl.String,
}


def record(con: duckdb.DuckDBPyConnection, table: LandingTable, pairs: pl.DataFrame) -> None:
    """Remember duplicates of `table`: columns of SCHEMA, one row per row that was met; key only where lines do not tell rows
    apart."""
    if not pairs.height:
        return
    told = pairs.sort("file_id", "line")
    follows = (
        pl.col("key").is_null()
        & (pl.col("file_id") == pl.col("file_id").shift())
        & (pl.col("met_file_id") == pl.col("met_file_id").shift())
        & (pl.col("sequence") == pl.col("sequence").shift())
        & (pl.col("line") == pl.col("line").shift() + 1)
        & (pl.col("met_line") == pl.col("met_line").shift() + 1)
    )
    stretches = (  # noqa: F841
        told.with_columns((~follows.fill_null(False)).cum_sum().alias("stretch"))
        .group_by("stretch", maintain_order=True)
        .agg(
            *(pl.col(name).first() for name in SCHEMA),
            pl.len().cast(pl.Int64).alias("lines"),
        )
        .with_columns(pl.lit(table.name).alias("table_name"))
        .drop("stretch")
    )
    con.execute("insert into landing.also_brought by name select * from stretches")

"""Rows of one landing table merged into it: new, known, or in place of older ones, and what changed written down.

The same key and values: a duplicate, of which `landing.also_brought` remembers who brought it. The same key and other values:
the row is replaced and `landing.changes` says so, whether the other row came now or before. What is stored and remembered is the
same whether files come together or one by one. What came together is looked at in Polars, where one pass over ordered rows tells
the few keys that come several times; only these, and what meets stored rows of the same time, go through SQL.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import polars as pl
import pyarrow as pa

from pipelines.landing import also_brought, backup_points
from pipelines.landing.tables import LandingTable
from pipelines.warehouse.connections import number

ROW_GROUP = 122_880
ByFile = dict[int, int]  # rows by file_id


@dataclass(frozen=True)
class Merged:
    """accepted, duplicate: rows by file_id. fresh: the relation that holds the rows now stored and not before."""

    accepted: ByFile
    duplicate: ByFile
    fresh: str


def merge(con: duckdb.DuckDBPyConnection, table: LandingTable, rows: pl.DataFrame, run_id: str) -> Merged:
    """Merge `rows` (the model's columns and `file_id`, in order of file and line) into `landing.<table>`.

    Rows are stored in the order of their key, so that what belongs together lies together.
    """
    if table.surrogate:
        rows = _with_surrogates(con, table.surrogate, rows)
    bytes_ = [pl.col(name).cast(pl.Enum(values)) for name, values in table.listed.items()]
    rows = _ordered(rows.with_columns(bytes_), table.stored_key)
    merging, replaced, repeated, within = _resolved(con, table, rows, run_id)
    accepted, duplicate, fresh = (
        _by_file(pl.concat([merging.select("file_id"), replaced])),
        _by_file(repeated),
        merging,
    )
    meets = _meets_stored(con, table, merging)
    # What is stored may lie between two that come: then not one of them meets it.
    meeting = merging.with_row_index("row_index").filter(pl.lit(False) if meets is None else meets)
    if meeting.height:
        found = _known(con, table, meeting, run_id)
        known = meeting.filter(pl.col("row_index").is_in(found["row_index"].implode()))
        within = pl.concat([_met_stored(within, found), found.select(within.columns)])
        for file_id, count in _by_file(known).items():
            duplicate[file_id] = duplicate.get(file_id, 0) + count
            accepted[file_id] -= count
        fresh = merging.filter(pl.repeat(True, merging.height, eager=True).scatter(known["row_index"], False))
    also_brought.record(con, table, within)
    con.register("fresh", _in_slices(fresh))
    if fresh.height:
        # A column without a value is filled by the database itself, at a tenth of the cost.
        columns = listed(name for name in table.stored_columns if fresh[name].null_count() < fresh.height)
        con.execute(f"insert into landing.{table.name} ({columns}) select {columns} from fresh")
    return Merged(accepted, duplicate, "fresh")


def _ordered(rows: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """`rows` in the order of their key, those of one key as they came. What came in order of time needs half the work."""
    first, *others = key
    in_order = len(others) == 1 and rows[others[0]].is_sorted()
    return rows.sort(first if in_order else key, maintain_order=True)


def _in_slices(rows: pl.DataFrame) -> pa.Table:
    """Slices that DuckDB can take in parallel, of the size of its own row groups."""
    table = rows.to_arrow()
    return pa.Table.from_batches(table.to_batches(max_chunksize=ROW_GROUP), table.schema)


def _with_surrogates(
    con: duckdb.DuckDBPyConnection, surrogate: tuple[tuple[str, ...], str, str], rows: pl.DataFrame
) -> pl.DataFrame:
    """`rows` with one integer in place of the surrogate's texts; texts not seen before get the next integers."""
    names, stored, key = surrogate
    texts = ", ".join(names)
    met = rows.select(names).unique()
    known = con.execute(f"select {texts}, {key} from landing.{stored} semi join met using ({texts})").pl()
    unknown = met.join(known, on=names, how="anti").sort(names)
    if unknown.height:
        first = number(con, f"select coalesce(max({key}), 0) + 1 from landing.{stored}")
        unknown = unknown.with_columns(pl.int_range(first, first + unknown.height, dtype=pl.Int32).alias(key))
        con.execute(f"insert into landing.{stored} ({texts}, {key}) select {texts}, {key} from unknown")
        known = pl.concat([known, unknown])
    return rows.join(known, on=names, how="left", maintain_order="left").drop(names)


def _resolved(
    con: duckdb.DuckDBPyConnection, table: LandingTable, rows: pl.DataFrame, run_id: str
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """`rows`, ordered by key, as one row per key (and sequence); `file_id` of those that a later file replaces, and of those that
    tell nothing more; and which rows tell the same as which others (`also_brought.SCHEMA`).

    Within what came together the later file and line win, and of files that tell the same in a row the first. Where a table is
    sequenced, different rows of one file that share a key are all kept, numbered in their order. Only the few rows whose key
    repeats are looked at in SQL.
    """
    key = [pl.col(name) for name in table.stored_key]
    as_before = pl.all_horizontal(column.eq_missing(column.shift(1)) for column in key)
    repeats = rows.select((pl.int_range(pl.len()) > 0) & as_before).to_series()
    sequence = pl.zeros(rows.height, dtype=pl.Int32, eager=True).alias("sequence")
    replaced = repeated = rows.select("file_id").clear()
    within = pl.DataFrame(schema=also_brought.SCHEMA)
    if repeats.any():
        is_several = repeats | repeats.shift(-1, fill_value=False)
        several = rows.with_row_index("row_index").filter(is_several)
        _resolve_several(con, table, several)
        within = _told_within(con, table, run_id)
        kept = con.execute(
            "select row_index, sequence from resolved where begins and stretch = last_stretch"
        ).pl()
        gone = con.execute("select row_index from replaced").pl()
        went = several.join(kept, on="row_index", how="anti")
        replaced = went.join(gone, on="row_index", how="semi").select("file_id")
        repeated = went.join(gone, on="row_index", how="anti").select("file_id")
        sequence = sequence.scatter(kept["row_index"], kept["sequence"])
        stays = pl.repeat(True, rows.height, eager=True).scatter(went["row_index"], False)
        rows, sequence = rows.filter(stays), sequence.filter(stays)
    return rows.with_columns(sequence) if table.sequenced else rows, replaced, repeated, within


def _resolve_several(con: duckdb.DuckDBPyConnection, table: LandingTable, several: pl.DataFrame) -> None:
    """Into `resolved` all rows that differ within their file, stretch by stretch of files that tell the same of a key; into
    `replaced` those in whose place another file puts other values."""
    con.register("several", several)
    key, values = listed(table.stored_key), listed((*table.stored_key, *table.values))
    sequence = (
        f"row_number() over (partition by file_id, {key} order by line) - 1" if table.sequenced else "0"
    )
    con.execute(
        f"""
        create or replace temp table resolved as
        with distinct_in_file as (
            select *, row_number() over (partition by file_id, {values} order by line desc) as copy from several
        ),
        kept_in_file as (select *, ({sequence})::integer as sequence from distinct_in_file where copy = 1),
        {stretches("kept_in_file", table)}
        select * from stretches
        """
    )
    con.execute(
        f"""
        create or replace temp table replaced as
        select old.row_index from resolved as old
        inner join resolved as new on {same(table.full_key, "old", "new")} and new.stretch = old.stretch + 1
        where old.begins and new.begins and new.file_id <> old.file_id
        """
    )


def stretches(rows: str, table: LandingTable) -> str:
    """SQL of `stretches`: `rows` of whole keys in order of file and line, numbered by stretch of rows that tell the same; the
    first row of the last stretch is the one to be stored."""
    key = listed(table.full_key)
    told = f"row({listed(table.values)})" if table.values else "true"
    return f"""
        compared as (
            select
                *, row_number() over following = 1 or {told} is distinct from lag({told}) over following as begins
            from {rows} window following as (partition by {key} order by file_id, line)
        ),
        numbered as (
            select *, count(*) filter (begins) over (partition by {key} order by file_id, line) as stretch from compared
        ),
        stretches as (
            select
                *, max(stretch) over (partition by {key}) as last_stretch,
                first(file_id) over within as met_file_id, first(line) over within as met_line
            from numbered window within as (partition by {key}, stretch order by file_id, line)
        )
    """


def _told_within(con: duckdb.DuckDBPyConnection, table: LandingTable, run_id: str) -> pl.DataFrame:
    """Of rows that came together with a later one of their key: writes down those with other values, returns those with the
    same."""
    full_key, values = table.full_key, table.values
    con.execute(
        f"""
        insert into landing.changes
        select
            '{table.name}', {as_json(full_key, "old")}, {as_json(values, "old")}, {as_json(values, "new")},
            old.file_id, old.line, new.file_id, new.line, '{run_id}'
        from resolved as old
        inner join resolved as new on {same(full_key, "old", "new")} and new.stretch = old.stretch + 1
        where old.begins and new.begins
        """
    )
    key = "null" if table.line_tells else as_json(full_key, "resolved")
    pairs = f'select file_id, line, "sequence", met_file_id, met_line, {key}::varchar as key from resolved where not begins'
    return con.execute(pairs).pl().cast(also_brought.SCHEMA)  # type: ignore[arg-type]


def _met_stored(within: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """`within`, where the row met is itself known: the stored row in its place."""
    if not within.height:
        return within
    stored = known.select(
        pl.col("file_id").alias("met_file_id"),
        pl.col("line").alias("met_line"),
        "key",
        pl.col("met_file_id").alias("stored_file_id"),
        pl.col("met_line").alias("stored_line"),
    )
    joined = within.join(stored, on=["met_file_id", "met_line", "key"], how="left", nulls_equal=True)
    return joined.with_columns(
        pl.coalesce("stored_file_id", "met_file_id").alias("met_file_id"),
        pl.coalesce("stored_line", "met_line").alias("met_line"),
    ).select(within.columns)


def _known(
    con: duckdb.DuckDBPyConnection, table: LandingTable, meeting: pl.DataFrame, run_id: str
) -> pl.DataFrame:
    """Row index of the rows of `meeting` that are stored, and which stored row they met (`also_brought.SCHEMA`).
    What the others replace goes, and is written down."""
    name, values, full_key = table.name, table.values, table.full_key
    con.register("meeting", meeting)
    bound = _bound(table, meeting)
    sequence = '"sequence"' if table.sequenced else "0"
    key = "null" if table.line_tells else as_json(full_key, "old")
    con.execute(
        f"""
        create or replace temp table known as
        select
            new.row_index, new.file_id, new.line, {f"new.{sequence}" if table.sequenced else "0"} as "sequence",
            old.file_id as met_file_id, old.line as met_line, {key}::varchar as key
        from meeting as new
        inner join landing.{name} as old
            on {bound} and {same(table.stored_key, "old", "new")} and {same(values, "old", "new")}
        {f"qualify row_number() over (partition by new.row_index order by old.{sequence}) = 1" if table.sequenced else ""}
        """
    )
    con.execute(
        "create or replace temp view replacing as select * from meeting anti join known using (row_index)"
    )
    con.execute(
        f"""
        insert into landing.changes
        select
            '{name}', {as_json(full_key, "old")}, {as_json(values, "old")}, {as_json(values, "new")},
            old.file_id, old.line, new.file_id, new.line, '{run_id}'
        from replacing as new
        inner join landing.{name} as old on {bound} and {same(full_key, "old", "new")}
        """
    )
    if name == "points":
        backup_points.touch(
            con,
            f"select old.point_key from landing.points as old"
            f" inner join replacing as new on {bound} and {same(full_key, 'old', 'new')}",
        )
    con.execute(
        f"delete from landing.{name} as old using replacing as new where {bound} and {same(full_key, 'old', 'new')}"
    )
    return con.table("known").pl().cast(also_brought.SCHEMA)  # type: ignore[arg-type]


def _meets_stored(con: duckdb.DuckDBPyConnection, table: LandingTable, rows: pl.DataFrame) -> pl.Expr | None:
    """Which rows may be stored already: those between the first and the last stored row of their time. None: not one, as
    on most nights."""
    column = bounding(table)
    if column is None:
        return pl.lit(True) if number(con, f"select exists (from landing.{table.name})") else None
    bound = _bound(table, rows)
    query = f'select min("{column}"), max("{column}") from landing.{table.name} as old where {bound}'
    first, last = con.execute(query).pl().row(0)
    return None if first is None else pl.col(column).is_between(first, last)


def _bound(table: LandingTable, rows: pl.DataFrame) -> str:
    """Compare only with stored rows of the span of the incoming ones, and of files read before: what else is stored of
    their own is another portion of a file too large for memory, and of other keys."""
    before = f"old.file_id < {rows.select(pl.col('file_id').min()).item()}"
    column = bounding(table)
    if column is None:
        return before
    first, last = rows.select(pl.col(column).min().alias("first"), pl.col(column).max().alias("last")).row(0)
    return f"{before} and old.\"{column}\" between '{first}' and '{last}'"


def bounding(table: LandingTable) -> str | None:
    """The column by which stored rows are far from incoming ones: their time, where the key holds it, or their surrogate
    key. Keys are given in order of arrival, so what is new meets nothing stored."""
    if table.surrogate and table.event not in table.key:
        return table.surrogate[2]
    return table.event if table.event in table.key else None


def same(columns: Iterable[str], left: str, right: str) -> str:
    """Null-safe equality of all columns: a key may hold nulls (a dossier without fiscal years has no first day)."""
    return (
        " and ".join(f'{left}."{column}" is not distinct from {right}."{column}"' for column in columns)
        or "true"
    )


def listed(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def as_json(columns: Iterable[str], alias: str) -> str:
    fields = ", ".join(f"'{column}': {alias}.\"{column}\"" for column in columns)
    return f"to_json({{{fields}}})::varchar"


def _by_file(rows: pl.DataFrame) -> ByFile:
    return dict(rows.group_by("file_id").len().iter_rows())

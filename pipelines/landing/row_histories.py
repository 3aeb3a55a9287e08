"""What every reading told of a row, one after the other, and what of it is stored: told anew where readings are withdrawn.

Of each key the readings that brought it make a history: the stored row, those it replaced (`landing.changes`), and duplicates of
either (`landing.also_brought`). What is stored follows from the history alone: the first row of the last stretch that tells the
same. So a reading is taken out by taking it out of the histories of its rows and storing what follows from the rest; nothing is
read again, and what others brought stays whether their files are still in the inbox or not.

A version of a file (`file_versions`) tells by leaving a row out that it is gone: rows of earlier versions then end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import duckdb

from pipelines.landing import also_brought
from pipelines.landing.merging import as_json, bounding, listed, same, stretches
from pipelines.landing.tables import LandingTable
from pipelines.warehouse.connections import number

GONE = "null"  # what `changes.new_values` says of a row that a later version leaves out
Touch = Callable[[duckdb.DuckDBPyConnection, LandingTable, str], None]

# Readings that are versions of one file, and count, in the order in which they were read.
_ENDED = """
    , versions as (
        select own.file_id, later.file_id as later_id
        from landing.file_versions as own
        inner join landing.file_versions as later
            on later.identity = own.identity and later.file_id > own.file_id and not later.is_refused
        where later.file_id not in (select file_id from withdrawn)
    ),
    left_out as (
        select {own_columns}, versions.later_id
        from kept inner join versions on versions.file_id = kept.file_id
        anti join kept as told on told.file_id = versions.later_id and {told_key}
    )
    select kept.*, min(left_out.later_id) as ended_by
    from kept
    left join left_out on left_out.file_id = kept.file_id and left_out.line = kept.line and {out_key}
    group by all
"""


def keys_told_by(con: duckdb.DuckDBPyConnection, table: LandingTable) -> int:
    """Into `told_keys` the keys of `table` in whose history a row of `withdrawn` readings decides; returns how many."""
    key = listed(table.full_key)
    con.execute(
        f"""
        create or replace temp table told_keys as
        select distinct {key} from landing.{table.name} where file_id in (select file_id from withdrawn)
        union
        select distinct {", ".join(_typed(table, table.full_key, "texts"))}
        from (
            select {_parsed(table.full_key, "key")} as texts from landing.changes
            where table_name = '{table.name}'
                and (old_file_id in (select file_id from withdrawn) or new_file_id in (select file_id from withdrawn))
        )
        """
    )
    return number(con, "select count(*) from told_keys")


def tell_anew(con: duckdb.DuckDBPyConnection, table: LandingTable, touch: Touch) -> None:
    """Store what follows from the histories of `told_keys` without the readings in `withdrawn`. Call it within a transaction.

    `touch` is told the relation of keys before anything of them changes.
    """
    if not number(con, "select count(*) from told_keys"):
        return
    touch(con, table, "told_keys")
    _gather(con, table)
    _follow(con, table)
    _account(con, table)
    _store(con, table)
    _remember_changes(con, table)
    _remember_duplicates(con, table)


def count(con: duckdb.DuckDBPyConnection, table: LandingTable) -> None:
    """Into `went`, by withdrawn reading, what `tell_anew` made of the rows stored from it."""
    con.execute(
        f"""
        insert into went
        with stored as (
            select file_id, {listed((*table.full_key, *table.values))} from history
            where was = 'stored' and file_id in (select file_id from withdrawn)
        ),
        left_over as (
            select {listed((*table.full_key, *table.values))}, true as is_there
            from followed where begins and stretch = last_stretch
        )
        select
            stored.file_id, count(*), count(*) filter (is_there is null),
            count(*) filter (is_there and {same(table.values, "stored", "left_over")}),
            count(*) filter (is_there and not ({same(table.values, "stored", "left_over")}))
        from stored left join left_over on {same(table.full_key, "stored", "left_over")}
        group by stored.file_id
        """
    )


def _gather(con: duckdb.DuckDBPyConnection, table: LandingTable) -> None:
    """`history`: all that readings told of `told_keys`, and what it `was`: stored, replaced, ended or also (a duplicate)."""
    name, key, values = table.name, table.full_key, table.values
    columns = listed(_columns(table))
    replaced = [
        *_typed(table, key, "keys"),
        *_typed(table, values, "texts"),
        *(f"old_{place} as {place}" for place in ("file_id", "line") if place not in key),
    ]
    con.execute(
        f"""
        create or replace temp table told_json as select distinct {as_json(key, "told_keys")} as key from told_keys;
        create or replace temp table history as
        with replaced as (
            select
                {", ".join(replaced)},
                case
                    when new_values = '{GONE}' then 'ended' when old_file_id = new_file_id then 'also' else 'replaced'
                end as was
            from (
                select *, {_parsed(key, "key")} as keys, {_parsed(values, "old_values")} as texts
                from landing.changes semi join told_json using (key)
                where table_name = '{name}'
            )
        ),
        told as (
            select {columns}, 'stored' as was from landing.{name} as stored
            where {_bound(con, table)} exists (select 1 from told_keys where {same(key, "stored", "told_keys")})
            union all
            select {columns}, was from replaced
        )
        select * from told qualify row_number() over (partition by {listed(dict.fromkeys((*key, "file_id", "line")))}) = 1
        """
    )
    _expand(con, table)
    met = "history.line = pairs.met_line" if table.line_tells else f"{as_json(key, 'history')} = pairs.key"
    # What was the second row of its key beside one that goes is the how-manieth its own file says.
    own = 'replace (case when withdrawn.file_id is null then history."sequence" else pairs."sequence" end as "sequence")'
    con.execute(
        f"""
        insert into history by name
        select
            history.* exclude (file_id, line, was) {own if table.sequenced else ""}, pairs.file_id, pairs.line, 'also' as was
        from pairs
        inner join history on history.file_id = pairs.met_file_id and {met}
        left join withdrawn on withdrawn.file_id = pairs.met_file_id
        """
    )


def _expand(con: duckdb.DuckDBPyConnection, table: LandingTable) -> None:
    """`pairs`: the stretches of `landing.also_brought` that meet readings in `history`, row by row; they are told anew later."""
    con.execute(
        f"""
        create or replace temp table pairs as
        select
            file_id, line + place as line, "sequence", met_file_id, met_line + place as met_line, key
        from (
            select *, unnest(range(lines)) as place from landing.also_brought
            where table_name = '{table.name}' and met_file_id in (select file_id from history)
        )
        """
    )


def _follow(con: duckdb.DuckDBPyConnection, table: LandingTable) -> None:
    """`followed`: the rows of `history` that stay told, in stretches; `ended`: those that a later version leaves out."""
    ended = (
        _ENDED.format(
            own_columns=", ".join(f'kept."{name}"' for name in _columns(table)),
            told_key=same(table.full_key, "told", "kept"),
            out_key=same(table.full_key, "left_out", "kept"),
        )
        if table.is_versioned
        else "select kept.*, null::integer as ended_by from kept"
    )
    con.execute(
        f"""
        create or replace temp table weighed as
        with kept as (select * from history where file_id not in (select file_id from withdrawn))
        {ended};
        create or replace temp table ended as select * from weighed where ended_by is not null;
        create or replace temp table followed as
        with standing as (select * from weighed where ended_by is null),
        {stretches("standing", table)}
        select * from stretches;
        create or replace temp table replaced as
        select
            {", ".join(f'old."{name}"' for name in _columns(table))},
            {as_json(table.values, "new")} as new_values, new.file_id as new_file_id, new.line as new_line
        from followed as old
        inner join followed as new on {same(table.full_key, "old", "new")} and new.stretch = old.stretch + 1
        where old.begins and new.begins
        """
    )


def _account(con: duckdb.DuckDBPyConnection, table: LandingTable) -> None:
    """Rows that were duplicates and now are told first are accepted, and the other way round."""
    if not table.is_counted:
        return
    con.execute(
        f"""
        with now as (
            select
                followed.file_id, followed.was = 'also' as was_duplicate,
                not followed.begins or replaced.new_file_id is not null as is_duplicate
            from followed
            left join replaced
                on replaced.file_id = followed.file_id and replaced.line = followed.line
                and replaced.new_file_id = replaced.file_id and {same(table.full_key, "replaced", "followed")}
        ),
        moved as (
            select
                file_id,
                count(*) filter (was_duplicate and not is_duplicate)
                - count(*) filter (is_duplicate and not was_duplicate) as rows
            from now group by file_id
        )
        update landing.files set rows_accepted = rows_accepted + moved.rows, rows_duplicate = rows_duplicate - moved.rows
        from moved where moved.file_id = files.file_id and moved.rows <> 0
        """
    )


def _store(con: duckdb.DuckDBPyConnection, table: LandingTable) -> None:
    columns = listed(_columns(table))
    con.execute(
        f"""
        delete from landing.{table.name} as stored using told_keys
        where {_bound(con, table)} {same(table.full_key, "stored", "told_keys")};
        insert into landing.{table.name} ({columns}) select {columns} from followed where begins and stretch = last_stretch
        """
    )


def _remember_changes(con: duckdb.DuckDBPyConnection, table: LandingTable) -> None:
    """Who replaced whom, and which rows ended, as they follow now; the run is that of the reading that came later."""
    key, values = table.full_key, table.values
    con.execute(
        f"""
        delete from landing.changes using told_json where table_name = '{table.name}' and told_json.key = changes.key;
        insert into landing.changes
        with found as (
            select
                {as_json(key, "replaced")} as key, {as_json(values, "replaced")} as old_values, new_values,
                file_id, line, new_file_id, new_line
            from replaced
            union all
            select
                {as_json(key, "ended")}, {as_json(values, "ended")}, '{GONE}', file_id, line, ended_by, 0 from ended
        )
        select '{table.name}', key, old_values, new_values, found.file_id, line, new_file_id, new_line, files.run_id
        from found inner join landing.files on files.file_id = found.new_file_id
        """
    )


def _remember_duplicates(con: duckdb.DuckDBPyConnection, table: LandingTable) -> None:
    met = (
        "history.line = pairs.met_line"
        if table.line_tells
        else f"{as_json(table.full_key, 'history')} = pairs.key"
    )
    con.execute(
        f"""
        delete from landing.also_brought
        where table_name = '{table.name}' and met_file_id in (select file_id from history)
        """
    )
    left = f"""
        select pairs.* from pairs
        where file_id not in (select file_id from withdrawn)
            and not exists (select 1 from history where history.file_id = pairs.met_file_id and {met} and was <> 'also')
    """
    key = "null" if table.line_tells else as_json(table.full_key, "followed")
    sequence = '"sequence"' if table.sequenced else "0"
    found = f"""
        select file_id, line, {sequence} as "sequence", met_file_id, met_line, {key}::varchar as key
        from followed where not begins
    """
    pairs = con.execute(f"{left} union all by name {found}").pl()
    also_brought.record(con, table, pairs.cast(also_brought.SCHEMA))  # type: ignore[arg-type]


def _columns(table: LandingTable) -> list[str]:
    return list(dict.fromkeys((*table.full_key, *table.values, "line", "file_id")))


def _parsed(columns: Iterable[str], json: str) -> str:
    """SQL of the texts in JSON, parsed once for all columns."""
    paths = ", ".join(f"""'$."{name}"'""" for name in columns)
    return f"json_extract_string({json}, [{paths}]::varchar[])"


def _typed(table: LandingTable, columns: Iterable[str], texts: str) -> list[str]:
    """SQL of columns out of `_parsed` texts, in the types they are stored in."""
    kinds = table.stored_columns
    return [f'{texts}[{place}]::{kinds[name]} as "{name}"' for place, name in enumerate(columns, 1)]


def _bound(con: duckdb.DuckDBPyConnection, table: LandingTable) -> str:
    """Look only at stored rows of the span of `told_keys`."""
    column = bounding(table)
    if column is None:
        return ""
    first, last = con.execute(f'select min("{column}"), max("{column}") from told_keys').pl().row(0)
    return f"stored.\"{column}\" between '{first}' and '{last}' and"

"""Accounting lines summed up by entry and by dossier, kept up to date as lines arrive.

An entry's own sums never depend on contract, `as_of` or order of arrival, and lines of a ledger seldom change once they were
read. `landing.entries` holds one row per journal, number and date of a dossier, `landing.ledgers` one per dossier. Models read
these: verdicts cost entries that are looked at, not lines that are grouped anew. A dossier of which a line came, changed or went
is summed up again from its stored lines as a whole, so that no sequence of changes can leave a sum behind.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from pipelines.errors import InvariantError
from pipelines.warehouse import connections

LINES_AT_ONCE = 2_000_000  # bounds memory

_CREATE = """
create sequence if not exists landing.ledger_revisions;
create table if not exists landing.entries (
    dossier_key integer not null, entry_id bigint not null, journal_code varchar not null, entry_number varchar not null,
    entry_on date not null, lines integer not null, unvalidated_lines integer not null, lettered_lines integer not null,
    debit decimal(18, 2), credit decimal(18, 2), wide_debit decimal(24, 2), wide_credit decimal(24, 2), size_bytes bigint not null
);
create table if not exists landing.ledgers (
    dossier_key integer not null, lines bigint not null, revision bigint not null, first_on date, last_on date
);
create table if not exists landing.touched_ledgers (dossier_key integer not null);
comment on table landing.entries is
    'One row per dossier, journal, entry number and date: its stored lines summed up. A sum of more than 16 digits before the
    comma is in wide_debit or wide_credit: DuckDB reads 128-bit numbers fifty times slower than 64-bit ones.';
comment on table landing.ledgers is 'One row per dossier: how many lines are stored, of which dates.
    revision: another one whenever a line came, changed or went.';
"""

_DUE = """
create or replace temp table due_ledgers as
with due as (select distinct dossier_key from landing.touched_ledgers)
select
    due.dossier_key, count(movements.dossier_key) as lines, nextval('landing.ledger_revisions') as revision,
    min(movements.entry_on) as first_on, max(movements.entry_on) as last_on
from due
left join landing.movements on movements.dossier_key = due.dossier_key
group by due.dossier_key
"""
_WRITE = """
delete from landing.ledgers where dossier_key in (select dossier_key from due_ledgers);
delete from landing.entries where dossier_key in (select dossier_key from due_ledgers);
insert into landing.ledgers by name select * from due_ledgers order by dossier_key
"""
_STRETCHES = """
select min(dossier_key), max(dossier_key)
from (
    select dossier_key, cast(sum(lines) over (order by dossier_key) // ? as bigint) as portion
    from due_ledgers
)
group by portion order by portion
"""
# The digest alone tells an entry; texts among the keys cost less than texts among the sums, and make a collision show.
_ENTRIES = """
insert into landing.entries by name
with sums as (
    select
        dossier_key, entry_id, journal_code, entry_number, entry_on,
        cast(count(*) as integer) as lines,
        cast(count(*) - count(validated_on) as integer) as unvalidated_lines,
        cast(count(lettering_id) as integer) as lettered_lines,
        sum(debit) as exact_debit, sum(credit) as exact_credit,
        cast(sum(size_bytes) as bigint) as size_bytes
    from landing.movements
    semi join due_ledgers using (dossier_key)
    where dossier_key between {first} and {last}
    group by dossier_key, entry_id, journal_code, entry_number, entry_on
)
select
    * exclude (exact_debit, exact_credit),
    try_cast(exact_debit as decimal(18, 2)) as debit,
    try_cast(exact_credit as decimal(18, 2)) as credit,
    case when debit is null then cast(exact_debit as decimal(24, 2)) end as wide_debit,
    case when credit is null then cast(exact_credit as decimal(24, 2)) end as wide_credit
from sums
order by dossier_key
"""
_TWICE = """
with twice as (
    select dossier_key, entry_id from landing.entries
    where dossier_key between {first} and {last}
    group by dossier_key, entry_id having count(*) > 1
)
select client_id, dossier_id, min(entry_number), max(entry_number)
from twice
inner join landing.entries using (dossier_key, entry_id)
inner join landing.dossier_keys using (dossier_key)
group by client_id, dossier_id, entry_id limit 1
"""


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Make the summary tables that are not there yet."""
    con.execute(_CREATE)


def touch(con: duckdb.DuckDBPyConnection, lines: str) -> None:
    """Remember the dossiers of a query that gives dossier_key: a line of them comes, changes or goes."""
    con.execute(f"insert into landing.touched_ledgers select distinct dossier_key from ({lines})")


def refresh(con: duckdb.DuckDBPyConnection) -> None:
    """Sum up the touched dossiers anew; the others are not looked at. Call it within a transaction.

    What was touched is remembered in the database: after a crash between merge and refresh the next call makes it good.
    Raises InvariantError where two entries of a dossier have the same digest: nothing could tell them apart.
    """
    with connections.in_portions(con):
        con.execute(_DUE)
        con.execute(_WRITE)
        for first, last in _stretches(con):
            con.execute(_ENTRIES.format(first=first, last=last))
            twice = con.execute(_TWICE.format(first=first, last=last)).fetchone()
            if twice:
                client, dossier, one, other = twice
                raise InvariantError(
                    f"dossier {dossier} of client {client}: entries {one!r} and {other!r} have the same key; nothing was judged, "
                    "report this"
                )
    con.execute("delete from landing.touched_ledgers; drop table due_ledgers")


def _stretches(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, int]]:
    """First and last key of due dossiers, so many at once that memory stays bounded."""
    yield from con.execute(_STRETCHES, [LINES_AT_ONCE]).fetchall()

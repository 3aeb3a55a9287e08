"""What rows kept between runs were computed from, so that a run computes only what may have changed.

A vertical that keeps rows tells each fact it computes from in a model of its own, and after a build that went through
these facts are put into schema `landing`; the next build compares. What is remembered holds only of a build that went
through: it is put aside while one is under way, so that one that fails, is killed or builds a part only is followed by
one that computes everything.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from pipelines import ticket_memory
from pipelines.warehouse.connections import number


@dataclass(frozen=True)
class _Memory:
    """One vertical's: the model that is built last of what it remembers, and the statements that make, empty and fill that."""

    model: str
    create: str
    forget: str
    remember: str


_MEMORIES = (
    _Memory("int_tickets_unsettled", ticket_memory.CREATE, ticket_memory.FORGET, ticket_memory.REMEMBER),
)
_CREATE = "create table if not exists landing.builds (model varchar not null, is_finished boolean not null)"


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that are not there yet; schema `landing` is."""
    con.execute(_CREATE)
    for memory in _MEMORIES:
        con.execute(memory.create)


def begin(con: duckdb.DuckDBPyConnection, anew: bool) -> None:
    """Before a build: forget what is remembered if the last one did not finish, or if this one is to compute all `anew`."""
    con.begin()
    for memory in _MEMORIES:
        last = con.execute(
            "select is_finished from landing.builds where model = ?", [memory.model]
        ).fetchone()
        if anew or last != (True,):
            con.execute(memory.forget)
        _mark(con, memory, is_finished=False)
    con.commit()


def finish(con: duckdb.DuckDBPyConnection) -> None:
    """After a build that went through: remember what it saw. Of a vertical that was never built, nothing."""
    con.begin()
    for memory in _MEMORIES:
        built = f"select count(*) from information_schema.tables where table_name = '{memory.model}'"
        if number(con, built):
            con.execute(memory.remember)
            _mark(con, memory, is_finished=True)
    con.commit()


def _mark(con: duckdb.DuckDBPyConnection, memory: _Memory, *, is_finished: bool) -> None:
    con.execute("delete from landing.builds where model = ?", [memory.model])
    con.execute("insert into landing.builds values (?, ?)", [memory.model, is_finished])

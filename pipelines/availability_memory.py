"""What the stored months of availability were computed from, so that a night computes only what may have changed.

Three tables of schema `landing`. `availability_facts`: everything but the checks, fact by fact, as the models last saw it;
`availability_cuts`: the months of each environment that began while nothing was failing; `changed_probe_days`, written
with the summaries: whose checks changed since, and from which day on. `int_availability_windows` compares and decides.

What is remembered holds only of a build that went through. It is put aside while a build is under way, so that one
that fails, is killed or builds a part only is followed by one that computes everything.
"""

from __future__ import annotations

import duckdb

_CREATE = """
create schema if not exists landing;
create table if not exists landing.availability_facts (
    contract_id varchar, environment_id varchar, kind varchar not null, fact varchar not null, touches_from timestamptz not null
);
create table if not exists landing.availability_cuts (
    environment_id varchar not null, month date not null, month_from timestamptz not null
);
create table if not exists landing.availability_builds (is_finished boolean not null);
"""
_FORGET = "delete from landing.availability_facts; delete from landing.availability_cuts;"
_REMEMBER = """
delete from landing.availability_facts;
insert into landing.availability_facts
    select contract_id, environment_id, kind, fact, touches_from from sla_intermediate.int_availability_facts;
delete from landing.availability_cuts as cuts where not exists (
    select 1 from sla_intermediate.int_availability_windows as windows
    where windows.environment_id = cuts.environment_id and windows.kept_until >= cuts.month_from
);
insert into landing.availability_cuts
    select environment_id, month, month_from from sla_intermediate.int_availability_cuts order by all;
delete from landing.changed_probe_days;
update landing.availability_builds set is_finished = true;
"""


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that are not there yet."""
    con.execute(_CREATE)


def begin(con: duckdb.DuckDBPyConnection, anew: bool) -> None:
    """Before a build: forget what is remembered if the last one did not finish, or if this one is to compute all `anew`."""
    con.begin()
    last = con.execute("select is_finished from landing.availability_builds").fetchone()
    if anew or last != (True,):
        con.execute(_FORGET)
    con.execute(
        "delete from landing.availability_builds; insert into landing.availability_builds values (false)"
    )
    con.commit()


def finish(con: duckdb.DuckDBPyConnection) -> None:
    """After a build of all models that went through: remember what it saw."""
    con.begin()
    con.execute(_REMEMBER)
    con.commit()

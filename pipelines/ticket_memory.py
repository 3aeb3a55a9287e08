"""What the kept verdicts of tickets were given by, so that a night judges only tickets of which something may have changed.

Three tables of schema `landing`. `ticket_facts`: everything but the tickets' own rows, fact by fact, as the models last saw it,
and up to which reading of a file; `unsettled_tickets`: those whose verdicts depend on the instant asked; `changed_tickets`,
written when a reading is taken back: the tickets it told of. `int_tickets_touched` compares and decides.
`build_memory` runs these statements.
"""

from __future__ import annotations

import duckdb

CREATE = """
create table if not exists landing.ticket_facts (
    environment_id varchar, client_id varchar, user_id varchar, fact varchar, asked_at timestamptz, newest_file_id integer
);
create table if not exists landing.unsettled_tickets (ticket_id varchar not null);
create table if not exists landing.changed_tickets (ticket_id varchar not null);
"""
FORGET = "delete from landing.ticket_facts;"
REMEMBER = """
delete from landing.ticket_facts;
insert into landing.ticket_facts
    select environment_id, client_id, user_id, fact, asked_at, newest_file_id from sla_intermediate.int_ticket_facts;
delete from landing.unsettled_tickets;
insert into landing.unsettled_tickets select ticket_id from sla_intermediate.int_tickets_unsettled;
delete from landing.changed_tickets;
"""


def touch(con: duckdb.DuckDBPyConnection, tickets: str) -> None:
    """Remember the tickets of a query that gives ticket_id: a row of them changes or is taken back."""
    con.execute(f"insert into landing.changed_tickets select distinct ticket_id from ({tickets})")

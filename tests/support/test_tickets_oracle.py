"""Support commitments of random contracts against an oracle that walks the clock minute by minute."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import duckdb
import pytest

from tests.build import build
from tests.oracles import business_time as oracle
from tests.support.ticket_worlds import GeneratedTicket, generated

YEAR = timedelta(days=365)
AS_OF = datetime(2031, 4, 7, 13, 30, 0, tzinfo=UTC)
CONTRACTS, TICKETS = (40, 60) if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else (16, 30)
SEEDS = range(1, 9) if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else (1,)


def expected(ticket: GeneratedTicket) -> oracle.Judgement:
    if ticket.days is None:
        return oracle.judge(
            ticket.schedule, ticket.started_at, ticket.allowed, ticket.done_at, AS_OF, ticket.pauses
        )
    return oracle.judge_days(
        ticket.days, ticket.started_at, ticket.allowed.days, ticket.done_at, AS_OF, ticket.pauses
    )


def seconds(value: Decimal | None) -> timedelta | None:
    return None if value is None else timedelta(microseconds=int(value * 1_000_000))


@pytest.mark.parametrize("seed", SEEDS)
def test_tickets_of_random_contracts_are_judged_as_the_clock_walker_judges_them(
    tmp_path: Path, seed: int
) -> None:
    world, tickets = generated(Random(seed), CONTRACTS, TICKETS, AS_OF)
    inbox, contract = world.write(tmp_path)
    database = build(inbox, tmp_path / "work", AS_OF, contract, "--select", "+ticket_commitments")
    with duckdb.connect(str(database), read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        rows = con.execute(
            "select ticket_id, commitment, clock_started_at, due_at, allowed_s, elapsed_s, outcome"
            " from sla_marts.ticket_commitments"
        ).fetchall()
    found = {(ticket_id, commitment): rest for ticket_id, commitment, *rest in rows}
    wrong, far = [], 0
    for ticket in tickets:
        key = (ticket.ticket_id, ticket.commitment)
        if ticket.started_at > AS_OF:
            assert key not in found or found[key][-1] == "awaiting_qualification", key
            continue
        started, due, allowed, elapsed, outcome = found[key]
        got = oracle.Judgement(started, due, seconds(allowed), seconds(elapsed) or timedelta(), outcome)
        want = expected(ticket)
        far += want.due_at is not None and want.due_at > ticket.started_at + 2 * YEAR
        if got != want:
            wrong.append((ticket, "got", got, "want", want))
    assert not wrong, f"{len(wrong)} of {len(tickets)}: {wrong[:3]}"
    outcomes = {outcome for *_, outcome in found.values()}
    assert {"met", "breached", "running"} <= outcomes, "the world is too tame to tell anything"
    assert far, "no deadline lies years ahead"

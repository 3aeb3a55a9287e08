"""Support commitments of random contracts against an oracle that walks the clock minute by minute."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import duckdb
import pytest

from tests.build import build
from tests.oracles import business_time as oracle
from tests.pipeline.ticket_worlds import GeneratedTicket, generated

AS_OF = datetime(2031, 4, 7, 13, 30, 0, tzinfo=UTC)
CONTRACTS, TICKETS = (40, 60) if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else (16, 30)
SEEDS = range(1, 9) if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else (1,)


def expected(ticket: GeneratedTicket) -> tuple[datetime | None, datetime | None, timedelta | None, str]:
    """Clock start, due instant, time used and outcome, by the oracle."""
    pauses = [(since, until or max(AS_OF, since)) for since, until in ticket.pauses if since < AS_OF]
    if ticket.days is None:
        verdict = oracle.judge(
            ticket.schedule, ticket.started_at, ticket.allowed, ticket.done_at, AS_OF, ticket.pauses
        )
        return verdict.clock_started_at, verdict.due_at, verdict.elapsed, verdict.outcome
    due = oracle.working_days_deadline(ticket.days, ticket.started_at, ticket.allowed.days, pauses)
    done = ticket.done_at if ticket.done_at is not None and ticket.done_at <= AS_OF else None
    outcome = (
        "breached" if due is not None and (done or AS_OF) > due else "running" if done is None else "met"
    )
    return ticket.started_at, due, None, outcome


def expected_as_of(ticket: GeneratedTicket) -> bool:
    """Whether the commitment had started by then."""
    return ticket.days is None or ticket.started_at <= AS_OF


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
            "select ticket_id, commitment, clock_started_at, due_at, epoch_us(due_at), elapsed_s, outcome,"
            " allowed_s"
            " from sla_marts.ticket_commitments"
        ).fetchall()
    found = {(ticket_id, commitment): rest for ticket_id, commitment, *rest in rows}
    wrong = []
    for ticket in filter(expected_as_of, tickets):
        started, due, _, elapsed, outcome, allowed = found[ticket.ticket_id, ticket.commitment]
        want_started, want_due, want_elapsed, want_outcome = expected(ticket)
        got = (
            started,
            due,
            None if want_elapsed is None else timedelta(microseconds=int(elapsed * 1_000_000)),
            outcome,
        )
        if got != (want_started, want_due, want_elapsed, want_outcome):
            wrong.append(
                (
                    ticket.ticket_id,
                    ticket.schedule.time_zone,
                    ticket.started_at,
                    ticket.done_at,
                    ticket.pauses,
                    allowed,
                    "got",
                    got,
                    "want",
                    (want_started, want_due, want_elapsed, want_outcome),
                )
            )
    assert not wrong, f"{len(wrong)} of {len(tickets)}: {wrong[:3]}"
    assert len({outcome for *_, outcome, _ in found.values()}) >= 4, "the world is too tame to tell anything"

"""Clients nobody registered, contracts nobody wrote, dates of no use: told or set apart, never the end of the run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import duckdb
import pytest

from tests.build import build
from tests.conftest import SAMPLE_AS_OF
from tests.real_inbox import PROJECT, write_csv

Con = duckdb.DuckDBPyConnection
BOOKLET = "quadra-expert-2023-09"
ALONE = ("--indirect-selection", "cautious")  # tests of models that are not built here stay out


def ticket(key: str, client: str, created: str, taken: str = "") -> dict[str, object]:
    return {
        "ticket_id": key, "client_id": client, "channel": "support", "kind": "incident", "criticality": "critical",
        "created_at": created, "taken_in_charge_at": taken,
    }  # fmt: skip


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Con]:
    root = tmp_path_factory.mktemp("odd")
    (root / "work").mkdir()
    columns = ("environment_id", "client_id", "client_name", "contract_id", "kind", "opened_on", "closed_on")
    environments = (
        ("a", "ca", "<script>alert(1)</script>", BOOKLET, "production", "0001-01-01", "9999-12-31"),
        ("b", "cb", "'; drop table landing.checks;--", BOOKLET, "production", "2026-03-01", "2026-02-01"),
        ("c", "cc", "=1+1", "no-such-contract", "production", "2026-03-01", ""),
    )
    registry = root / "inbox/registry/canonical"
    write_csv(registry / "environments.csv", [dict(zip(columns, row, strict=True)) for row in environments])
    closings = {"d1": "12-31", "d2": "02-30", "d3": "13-99"}
    write_csv(
        registry / "dossiers.csv",
        [{"client_id": "ca", "dossier_id": name, "fiscal_year_end": day} for name, day in closings.items()],
    )
    write_csv(
        root / "inbox/tickets/canonical/tickets.csv",
        [
            ticket("t1", "ca", "2026-03-02T09:00:00Z", "2026-03-01T09:00:00Z"),
            ticket("t2", "nobody", "2026-03-02T09:00:00Z"),
            ticket("t3", "cc", "2026-03-02T09:00:00Z"),
        ],
    )
    outage = {"outage_id": "o", "down_from": "2026-03-02T10:00:00Z", "down_until": "2026-03-02T09:00:00Z"}
    write_csv(root / "inbox/monitoring/outages/outages.csv", [{"environment_id": "a", **outage}])
    causes = (("i1", "no-such-contract", ""), ("i2", "", "a"))
    write_csv(
        root / "inbox/interruptions/canonical/interruptions.csv",
        [
            {
                "interruption_id": key, "contract_id": contract, "environment_id": environment, "cause": "force_majeure",
                "starts_at": "2026-03-02T10:00:00Z", "ends_at": "2026-03-02T09:00:00Z",
            }
            for key, contract, environment in causes
        ],
    )  # fmt: skip
    write_csv(
        root / "inbox/holds/canonical/holds.csv",
        [
            {
                "hold_id": "typo",
                "client_id": "ca",
                "dossier_id": "d9",
                "reason": "audit",
                "from_on": "2020-01-01",
            }
        ],
    )
    as_of = datetime.fromisoformat(SAMPLE_AS_OF)
    database = build(
        root / "inbox",
        root / "work",
        as_of,
        PROJECT / "data/contract",
        "--select",
        "+headline",
        "+unjudged",
        *ALONE,
    )
    with duckdb.connect(str(database), read_only=True) as con:
        yield con


def rows(marts: Con, query: str) -> list[tuple[Any, ...]]:
    return marts.execute(query).fetchall()


def test_a_ticket_of_nobodys_client_stays_visible_and_stops_nothing(marts: Con) -> None:
    assert rows(
        marts,
        "select outcome, contract_id from sla_marts.ticket_commitments where ticket_id = 't2'",
    ) == [("unclassified", None)]
    assert rows(marts, "select count(*) from sla_marts.headline where contract_id is null") == [(0,)]


def test_a_ticket_under_a_contract_nobody_wrote_has_no_commitment(marts: Con) -> None:
    found = rows(marts, "select outcome from sla_marts.ticket_commitments where ticket_id = 't3'")
    assert found == [("no_commitment",)]


def test_a_ticket_taken_before_it_was_registered_used_no_time(marts: Con) -> None:
    found = rows(marts, "select outcome, elapsed_s from sla_marts.ticket_commitments where ticket_id = 't1'")
    assert found == [("met", 0)]


def test_an_environment_closed_before_it_opened_has_no_month(marts: Con) -> None:
    found = rows(marts, "select distinct environment_id from sla_marts.monthly_availability")
    assert found == [("a",)]


def test_where_nothing_was_monitored_every_month_since_the_opening_is_unobserved(marts: Con) -> None:
    """From the first day the calendar knows on; a register of outages that tells nothing proves nothing."""
    found = rows(
        marts,
        "select min(month)::varchar, count(*), count(distinct month), sum(observed_s), min(verdict), max(verdict)"
        " from sla_marts.monthly_availability",
    )
    assert found == [("2010-01-01", 195, 195, 0, "inconclusive", "inconclusive")]


def test_a_closing_day_of_no_month_is_rejected(marts: Con) -> None:
    found = rows(marts, "select rule, value from landing.rejects order by value")
    assert found == [("not_of_the_form", "02-30"), ("not_of_the_form", "13-99")]


def test_what_can_change_no_figure_is_told(marts: Con) -> None:
    """A hold that misses its ledger by a typing error, and intervals that end before they begin."""
    found = rows(
        marts,
        "select log, name, reason from sla_marts.unjudged"
        " where log in ('outages', 'interruptions', 'holds') order by all",
    )
    assert found == [
        ("holds", "typo", "no ledger of that client and dossier was read"),
        ("interruptions", "a", "ends before it begins"),
        ("interruptions", "no-such-contract", "contract is not in the contract folder"),
        ("interruptions", "no-such-contract", "ends before it begins"),
        ("outages", "a", "ends before it begins"),
    ]

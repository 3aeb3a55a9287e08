"""No row vanishes in a join, and a clock that never opens stops nobody (F1, F2)."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

Con = duckdb.DuckDBPyConnection


def rows(con: Con, query: str) -> list[Any]:
    return con.execute(query).fetchall()


def test_f1_a_point_before_the_calendar_takes_no_other_with_it(con: Con) -> None:
    night = "environment_id = 'bk' and content = 'data' and night_on = date '2026-06-09'"
    assert rows(con, f"select places_covered, is_covered from sla_marts.backup_nights where {night}") == [
        (2, True)
    ]
    assert rows(
        con,
        "select covered_nights, required_nights from sla_marts.backup_coverage"
        " where environment_id = 'bk' and content = 'data'",
    ) == [(1, 45)]
    found = rows(
        con,
        "select point_id, count(*), min(verdict), bool_or(is_promised), min(required_until)::varchar"
        " from sla_marts.backup_point_retention where environment_id = 'bk' group by point_id order by point_id",
    )
    assert found == [("new", 2, "present", True, "2026-07-24"), ("old", 2, "present", False, None)]


def test_f1_what_has_no_night_is_told(con: Con) -> None:
    told = rows(
        con,
        "select name, mentions from sla_marts.unjudged where log = 'points' and reason like '%before the calendar%'",
    )
    assert sorted(told) == [("bchain", 2), ("bdoc", 2), ("bk", 2), ("bold", 1), ("bshort", 2)]


@pytest.mark.parametrize(
    ("environment", "content", "covered"), [("bshort", "data", 3), ("bchain", "data", 1), ("bold", "data", 0)]
)
def test_nights_count_whatever_is_older(con: Con, environment: str, content: str, covered: int) -> None:
    query = "select covered_nights from sla_marts.backup_coverage where environment_id = ? and content = ?"
    assert con.execute(query, [environment, content]).fetchall() == [(covered,)]


def test_documents_older_than_the_calendar_are_a_saved_state(con: Con) -> None:
    found = rows(
        con,
        "select place, points, last_saved_at = timestamptz '2026-06-10 01:00:00+00', missed_cycles"
        " from sla_marts.backup_documents where environment_id = 'bdoc' order by place",
    )
    assert found == [("A", 2, True, 0), ("B", 2, True, 0)]


def test_a_damaged_point_breaks_its_chain_from_before_the_calendar_too(con: Con) -> None:
    found = rows(
        con,
        "select point_id, quality from sla_marts.backup_point_retention"
        " where environment_id = 'bchain' and place = 'A' order by point_id",
    )
    assert found == [("base", "damaged"), ("increment", "broken_chain"), ("whole", "good")]


def test_f2_a_clock_that_never_opens_uses_no_time(con: Con) -> None:
    found = rows(
        con,
        "select ticket_id, commitment, outcome, elapsed_s::int, clock_started_at is null and due_at is null"
        " from sla_marts.ticket_commitments where contract_id = 'never' order by ticket_id, commitment",
    )
    assert found == [
        ("n-days", "fix_or_workaround", "running", 0, True),
        ("n-days", "take_in_charge", "running", 0, True),
        ("n-plan", "action_plan", "running", 0, True),
        ("n-plan", "take_in_charge", "running", 0, True),
        ("n-taken", "take_in_charge", "met", 0, True),
        ("t1", "take_in_charge", "running", 0, True),
    ]
    assert rows(con, "select outcome from sla_marts.ticket_commitments where ticket_id = 't2'") != [(None,)]


def test_a_reference_that_never_opens_has_no_rate(con: Con) -> None:
    found = rows(
        con,
        "select distinct reference_s::int, availability_pct, is_met from sla_marts.monthly_availability"
        " where contract_id = 'never'",
    )
    assert found == [(0, None, None)]


def test_a_ticket_before_the_calendar_is_told_and_stops_nobody(con: Con) -> None:
    found = rows(
        con,
        "select ticket_id, commitment, outcome from sla_marts.ticket_commitments where contract_id = 'short' order by all",
    )
    assert found == [
        ("e-after", "take_in_charge", "met"),
        ("e-days", "take_in_charge", "breached"),
    ]
    told = rows(
        con, "select name, mentions from sla_marts.unjudged where reason like 'began before the calendar%'"
    )
    assert told == [("bshort", 2)]


def test_months_before_the_calendar_are_not_judged_and_what_crosses_its_edge_counts_within(con: Con) -> None:
    found = rows(
        con,
        "select month::varchar, counted_s::int from sla_marts.monthly_availability"
        " where environment_id = 'bedge' and counted_s > 0",
    )
    assert found == [
        ("2025-01-01", 8 * 3600 + 3600)
    ]  # 1 January is no holiday of this calendar: 8 h, and from 9 to 10 local
    assert rows(
        con, "select min(month)::varchar from sla_marts.monthly_availability where environment_id = 'bshort'"
    ) == [("2025-01-01",)]
    told = rows(
        con,
        "select log, mentions from sla_marts.unjudged where name in ('bshort', 'bedge') and reason like '%whole month%' order by log",
    )
    assert told == [("checks", 10), ("outages", 1)]


def test_one_repository_with_two_places_is_one_place_and_told(con: Con) -> None:
    assert rows(
        con,
        "select places_covered from sla_marts.backup_nights where environment_id = 'bmoved' and content = 'data'"
        " and night_on = date '2026-06-09'",
    ) == [(1,)]
    assert rows(con, "select name from sla_marts.unjudged where log = 'listings'") == [("bmoved",)]


def test_an_instant_beyond_a_calendar_puts_its_contract_aside(con: Con) -> None:
    found = rows(con, "select contract_id, client_id, finding from sla_marts.set_aside order by all")
    assert found == [("ended", None, "as_of_outside_calendar"), ("young", None, "nights_before_calendar")]
    (reason,) = rows(con, "select reason from sla_marts.set_aside where contract_id = 'ended'")[0]
    assert "calendar ended covers 2020-01-01 to 2026-01-01, but as_of is 2026-06-10T08:00:00" in reason


def test_maintenance_outside_the_calendar_is_in_no_window_and_out_of_none(con: Con) -> None:
    found = rows(
        con,
        "select interruption_id, is_in_window is null, overrun_s is null from sla_marts.maintenance_compliance"
        " where contract_id = 'short' order by all",
    )
    assert found == [("i1994", True, True), ("i2026", False, False), ("i2069", True, True)]
    told = rows(con, "select count(*) from sla_marts.unjudged where log = 'interruptions' and name = 'short'")
    assert told == [(2,)]

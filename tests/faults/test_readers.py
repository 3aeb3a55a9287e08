"""Broken lines, bytes, encodings and names of environments (F5, F7, F12, F13)."""

from __future__ import annotations

from typing import Any

import duckdb

Con = duckdb.DuckDBPyConnection


def rows(con: Con, query: str) -> list[Any]:
    return con.execute(query).fetchall()


def rejected(con: Con, fault: str) -> list[Any]:
    return rows(
        con,
        "select regexp_extract(file, '[^/]*$'), line, rule from landing.rejects"
        f" where file like '%/{fault}/%' order by all",
    )


def test_f5_a_line_cut_short_is_no_outage_without_end(con: Con) -> None:
    assert rejected(con, "F5") == [
        ("interruptions.csv", 3, "too_few_fields"),
        ("outages.csv", 4, "too_few_fields"),
    ]
    assert rows(
        con, "select sum(counted_s)::int from sla_marts.monthly_availability where environment_id = 'o'"
    ) == [(1800,)]
    assert rows(
        con,
        "select counted_s::int, excluded_s::int from sla_marts.monthly_availability"
        " where environment_id = 'i' and month = date '2025-11-01'",
    ) == [(3600, 0)]


def test_f7_a_declared_encoding_is_used(con: Con) -> None:
    assert rejected(con, "F7") == []
    found = rows(
        con,
        "select count(*) from landing.tickets join landing.files using (file_id) where name like '%/F7/%'",
    )
    assert found == [(2,)]


def test_f12_a_byte_that_is_no_text_costs_its_line_alone(con: Con) -> None:
    found = rows(
        con,
        "select ticket_id from landing.tickets join landing.files using (file_id)"
        " where name like '%/F12/%' order by all",
    )
    assert [ticket for (ticket,) in found] == ["t11", "t13", "t21", "t23", "t31", "t34", "t41", "t43"]
    assert [rule for _, _, rule in rejected(con, "F12")] == ["not_utf8"] * 5
    assert rows(
        con,
        "select sum(rows_in)::int, sum(rows_accepted)::int, sum(rows_duplicate)::int, sum(rows_rejected)::int"
        " from landing.files where name like 'tickets/%/F12/%'",
    ) == [(13, 8, 0, 5)]


def test_f13_a_mapping_of_environments_holds_in_our_own_columns(con: Con) -> None:
    assert [rule for _, _, rule in rejected(con, "F13")] == ["unmapped_environment"]
    assert rows(
        con,
        "select down_from = timestamptz '2026-05-04 08:20:00+00', down_until = timestamptz '2026-05-04 08:36:00+00'"
        " from sla_marts.outages where environment_id = 'c0417'",
    ) == [(True, True)]

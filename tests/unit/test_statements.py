"""Statements: written once, never altered; later figures make a new version that says what changed and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from pipelines.errors import ConfigurationError
from pipelines.evidence import statements

MONTH = date(2026, 2, 1)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute(
            """
            set TimeZone = 'UTC';
            create schema sla_marts; create schema sla_intermediate; create schema sla_contract; create schema landing;
            create table sla_marts.runs as select 'r1' as run_id, timestamptz '2026-03-02 00:00:00+00' as as_of;
            create table sla_intermediate.int_contract_months as
                select 'k' as contract_id, date '2026-02-01' as month, timestamptz '2026-02-28 23:00:00+00' as month_until;
            create table sla_contract.contract_files as select 'clocks.csv' as name, 'aa' as sha256;
            create table landing.files as select 1 as file_id, 'monitoring/canonical/a.csv' as name, '01' as sha256;
            create table sla_marts.monthly_availability as
                select 'k' as contract_id, 'c' as client_id, 'e' as environment_id, date '2026-02-01' as month, 120 as counted_s;
            create table sla_marts.monthly_availability_by_cause (environment_id varchar, month date, cause varchar);
            create table sla_marts.monthly_backup_coverage (environment_id varchar, month date, covered_nights int);
            create table landing.environments as select 'e' as environment_id, 'c' as client_id, 'k' as contract_id;
            create table sla_marts.set_aside (contract_id varchar, client_id varchar);
            create table sla_marts.monthly_sla_adherence (contract_id varchar, client_id varchar, month date, met int);
            """
        )
        yield con


def test_a_month_is_closed_once_while_its_figures_stand(con: duckdb.DuckDBPyConnection) -> None:
    assert statements.close(con, MONTH).first == ("e",)
    con.execute("update sla_marts.runs set run_id = 'r2', as_of = timestamptz '2026-04-02 00:00:00+00'")
    assert statements.close(con, MONTH).unchanged == ("e",)
    assert con.execute("select version, run_id from sla_statements.statements").fetchall() == [(1, "r1")]


def test_late_data_make_a_new_version_beside_the_old_one(con: duckdb.DuckDBPyConnection) -> None:
    statements.close(con, MONTH)
    con.execute("insert into landing.files values (2, 'interruptions/canonical/late.csv', '02')")
    con.execute("update sla_marts.monthly_availability set counted_s = 60")
    assert statements.close(con, MONTH).changed == ("e",)
    rows = con.execute(
        "select version, figures, changes, new_inputs, inputs_digest from sla_statements.statements order by version"
    ).fetchall()
    assert [json.loads(row[1])["monthly_availability"][0]["counted_s"] for row in rows] == [120, 60]
    assert json.loads(rows[1][2]) == [
        {"mart": "monthly_availability", "row": 0, "column": "counted_s", "before": 120, "after": 60}
    ]
    assert json.loads(rows[1][3]) == ["interruptions/canonical/late.csv"]
    assert rows[0][4] != rows[1][4]


def test_a_month_in_progress_or_unknown_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ConfigurationError, match="no figures"):
        statements.close(con, date(2026, 1, 1))
    con.execute("update sla_marts.runs set as_of = timestamptz '2026-02-28 22:59:59+00'")
    with pytest.raises(ConfigurationError, match="ends at"):
        statements.close(con, MONTH)
    con.execute("update sla_marts.runs set as_of = timestamptz '2026-02-28 23:00:00+00'")
    assert statements.close(con, MONTH).first == ("e",)


@pytest.mark.parametrize("aside", ["('k', 'c')", "('k', null)", "(null, 'c')", "(null, null)"])
def test_no_statement_is_written_for_who_is_put_aside(con: duckdb.DuckDBPyConnection, aside: str) -> None:
    con.execute(f"insert into sla_marts.set_aside values {aside}")
    closed = statements.close(con, MONTH)
    assert (closed.first, closed.aside) == ((), ("e",))
    assert con.execute("from sla_statements.statements").fetchall() == []


@pytest.mark.parametrize("aside", ["('k', 'other')", "('other', null)", "('other', 'c')", "(null, 'other')"])
def test_what_is_put_aside_of_others_stops_no_statement(con: duckdb.DuckDBPyConnection, aside: str) -> None:
    con.execute(f"insert into sla_marts.set_aside values {aside}")
    assert statements.close(con, MONTH).first == ("e",)


def test_a_working_database_that_knows_no_such_mart_puts_nobody_aside(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("drop table sla_marts.set_aside")
    assert statements.close(con, MONTH).first == ("e",)

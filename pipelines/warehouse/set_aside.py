"""What is put aside: contracts and clients whose figures a finding calls unsound (docs/operations.md, section 4).

A test of a mart that fails with severity `warn` puts aside the contracts and clients that its failing rows name; where a row
names none, nobody can say whose figures are wrong, and the build has failed. Mart `set_aside` gathers these and other findings.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb

from pipelines.errors import BuildError
from pipelines.warehouse import connections
from pipelines.warehouse.dbt_project import Outcome

_CREATE = """
create table if not exists landing.failed_tests (
    contract_id varchar, client_id varchar, test varchar not null, mart varchar not null, rows bigint not null
)
"""
_PLACE = ("contract_id", "client_id", "environment_id")
_RULE = "broken_rule"  # which of a mart's invariants a row breaks (tests/dbt/generic/invariants.sql)


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Make the table of failed tests where there is none; schema `landing` is."""
    con.execute(_CREATE)


def collect(con: duckdb.DuckDBPyConnection, outcomes: Iterable[Outcome]) -> None:
    """Write down whom the failed tests of this build put aside, instead of what the last build said.

    Raises BuildError naming the tests of which a failing row names neither contract nor client.
    """
    con.begin()
    con.execute("delete from landing.failed_tests")
    nameless = [
        f"  {outcome.unique_id} ({', '.join(rules)}): {outcome.message}"
        for outcome in outcomes
        if outcome.puts_aside and (rules := _attribute(con, outcome))
    ]
    con.commit()
    if nameless:
        raise BuildError(
            f"{len(nameless)} tests failed by rows of no contract and no client; nothing was published\n"
            + "\n".join(nameless)
        )


def listed(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """All that is put aside, in a fixed order: contract_id, client_id, finding, reason, rows."""
    if not _is_there(con):
        return []
    return connections.records(con, "select * from sla_marts.set_aside order by all")


def concerns(con: duckdb.DuckDBPyConnection, contract_id: str | None, client_id: str) -> bool:
    """Whether a client's figures under a contract are put aside; of a null contract: under any of its contracts.

    Of a file put aside nobody knows whom it would have spoken of: it concerns everybody.
    """
    if not _is_there(con):
        return False
    found = con.execute(
        """
        select count(*) from sla_marts.set_aside
        where (client_id = $client and coalesce(contract_id = $contract, true)
                or client_id is null and coalesce(contract_id = $contract, contract_id is null)
                or client_id is null and $contract is null and contract_id in (
                    select contract_id from landing.environments where client_id = $client
                ))
        """,
        {"client": client_id, "contract": contract_id},
    ).fetchone()
    return found != (0,)


def _is_there(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the database knows the mart: a version before it put nobody aside, and published nothing then."""
    known = (
        "select count(*) from duckdb_columns() where schema_name = 'sla_marts' and table_name = 'set_aside'"
    )
    return con.execute(known).fetchone() != (0,)


def words(row: dict[str, Any]) -> str:
    """One row of the list as a line of text."""
    who = " / ".join(str(row[name]) for name in _PLACE[:2] if row[name] is not None) or "file"
    rows = "" if row["rows"] is None else f" ({row['rows']} rows)"
    return f"{who}: {row['finding']}: {row['reason']}{rows}"


def _attribute(con: duckdb.DuckDBPyConnection, outcome: Outcome) -> list[str]:
    """Write down whom the failing rows are about, by the rule they break; returns the rules of which a row names nobody."""
    con.execute(f"create or replace temp table found as {outcome.query}")
    if outcome.column:  # dbt's own tests of one column name it otherwise
        names = _columns(con, "found")
        con.execute(f'alter table found rename column "{names[0]}" to "{outcome.column}"')
    if _RULE not in _columns(con, "found"):
        con.execute(f"alter table found add column {_RULE} varchar default '{outcome.name}'")
    if outcome.mart and not set(_PLACE[:2]) & set(_columns(con, "found")):
        _find_in_mart(con, outcome.mart)
    columns = _columns(con, "found")
    contract, client, environment = (
        f"found.{name}" if name in columns else "cast(null as varchar)" for name in _PLACE
    )
    con.execute(
        f"""
        create or replace temp table attributed as
        with placed as (
            select coalesce({contract}, environments.contract_id) as contract_id,
                coalesce({client}, environments.client_id) as client_id,
                found.{_RULE}
            from found
            left join landing.environments on environments.environment_id = {environment}
        ),
        clients as (select distinct client_id, contract_id from landing.environments)
        select coalesce(placed.contract_id, clients.contract_id) as contract_id, placed.client_id,
            placed.{_RULE} as test, ? as mart, count(*) as rows
        from placed
        left join clients on clients.client_id = placed.client_id and placed.contract_id is null
        group by all
        """,
        [outcome.mart or ""],
    )
    con.execute("insert into landing.failed_tests by name from attributed")
    tests = con.execute(
        "select test, bool_or(contract_id is null and client_id is null) from attributed group by test order by test"
    ).fetchall()
    # What failed and finds no row to name has named nobody either.
    return [test for test, is_nameless in tests if is_nameless] if tests else [outcome.name]


def _find_in_mart(con: duckdb.DuckDBPyConnection, mart: str) -> None:
    """Put the rows of the mart that share their values with failing ones in these ones' place."""
    shared = [name for name in _columns(con, f"sla_marts.{mart}") if name in _columns(con, "found")]
    if shared:
        same = " and ".join(f'shown."{name}" is not distinct from found."{name}"' for name in shared)
        con.execute(
            f"create or replace temp table found as select distinct shown.*, found.{_RULE}"
            f" from sla_marts.{mart} as shown inner join found on {same}"
        )


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [row[0] for row in con.execute(f"describe {table}").fetchall()]

"""What a run must say although it stops nobody: names that no registry knows, and facts that lie after the instant asked about.

`gather` is the one place that finds them, from what landing has summed up: a run keeps them for marts and report, `livret check`
tells them of an inbox that is never built. How they read: notice_text.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from pipelines.landing.tables import TABLES, LandingTable

# The nearest known name is sought for so many unknown ones: of thousands, the registry itself is missing.
NAMES_COMPARED = 200

_CREATE = """
create table if not exists landing.notices (
    notice varchar not null, source varchar not null, log varchar not null, name varchar not null, rows bigint not null,
    first_at timestamptz, last_at timestamptz, nearest varchar
);
comment on table landing.notices is 'One row per kind of notice, log and name in it; names no registry knows, facts after as_of.';
"""
# Of these the rows are summed up already: names and sums are read, never the rows.
_SUMMED = {
    "checks": "select environment_id, checks as rows, first_at, last_at from landing.probe_runs inner join landing.probes"
    " using (probe_key)",
    "points": "select environment_id, 1 as rows, first_listed_at as first_at, last_listed_at as last_at"
    " from landing.restore_points inner join landing.holdings using (holding_key)",
    "movements": "select client_id, lines as rows, first_on::timestamptz as first_at, last_on::timestamptz as last_at"
    " from landing.ledgers inner join landing.dossier_keys using (dossier_key) where lines > 0",
}  # fmt: skip
_LEDGERS = ("history", "holds")  # of these clients dossiers.csv is a registry too
_KNOWN = {
    "environment": "select environment_id as name from landing.environments",
    "client": "select client_id as name from landing.environments",
    "client of ledgers": "select client_id as name from landing.environments union select client_id from landing.dossiers",
    "contract": "select contract_id as name from sla_contract.contracts",
}


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Make the table that is not there yet."""
    con.execute(_CREATE)


def gather(con: duckdb.DuckDBPyConnection) -> None:
    """Fill `landing.notices` from the landing tables, the contract in schema `sla_contract` and `landing.run.as_of`."""
    con.begin()
    con.execute("delete from landing.notices")
    for table in TABLES.values():
        for kind in _kinds(table):
            _add_unknown(con, table, kind)
        if table.is_counted and table.event and table.stored_columns[table.event] == "timestamptz":
            _add_later(con, table)
    con.execute(
        "insert into landing.notices select 'no_registry', 'registry', 'environments', 'registry/canonical/environments.csv',"
        " sum(rows_accepted), min(first_event_at), max(last_event_at), null from landing.files"
        " where not exists (from landing.environments) having sum(rows_accepted) > 0"
    )
    con.commit()


def _kinds(table: LandingTable) -> Iterator[str]:
    """What the rows of a table name: environments, clients, contracts. The registry itself names contracts only."""
    if not table.is_counted:
        return
    for kind in ("environment", "client", "contract"):
        if f"{kind}_id" in table.columns and (table.source != "registry" or kind == "contract"):
            yield kind


def _add_unknown(con: duckdb.DuckDBPyConnection, table: LandingTable, kind: str) -> None:
    at = f"{table.event}::timestamptz" if table.event else "null::timestamptz"
    named = _SUMMED.get(table.name) or (
        f"select {kind}_id, 1 as rows, {at} as first_at, {at} as last_at from landing.{table.name}"
    )
    known = _KNOWN["client of ledgers" if kind == "client" and table.source in _LEDGERS else kind]
    con.execute(
        f"""
        insert into landing.notices
        with known as (select distinct name from ({known})),
        unknown as (
            select {kind}_id as name, sum(rows)::bigint as rows, min(first_at) as first_at, max(last_at) as last_at
            from ({named}) where {kind}_id is not null and {kind}_id not in (select name from known)
            group by {kind}_id
        ),
        compared as (select name from unknown order by name limit {NAMES_COMPARED}),
        nearest as (
            select
                compared.name,
                arg_max(
                    known.name, (jaro_winkler_similarity(lower(compared.name), lower(known.name)), known.name)
                ) as nearest
            from compared cross join known
            group by compared.name
        )
        select ?, ?, ?, unknown.*, nearest.nearest from unknown left join nearest using (name)
        """,
        [f"unknown_{kind}", table.source, table.name],
    )


def _add_later(con: duckdb.DuckDBPyConnection, table: LandingTable) -> None:
    """Rows are counted only where a file tells that there are such."""
    con.execute(
        f"""
        insert into landing.notices
        select 'after_as_of', ?, ?, ?, count(*), min({table.event}), max({table.event}), null
        from landing.{table.name}
        where {table.event} > (select as_of from landing.run)
            and exists (from landing.files where source = ? and last_event_at > (select as_of from landing.run))
        having count(*) > 0
        """,
        [table.source, table.name, table.name, table.source],
    )

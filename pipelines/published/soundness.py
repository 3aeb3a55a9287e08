"""Which rows of a mart are published while something is put aside (mart `set_aside`; docs/operations.md, section 4).

A row is about a client where it names one, or an environment of one; about a contract as a whole otherwise. It is left out where
its client is put aside, or its contract, or, if it sums a contract up, any client of that. A mart's dbt meta may say
`aside: {kept: [columns]}`: its rows stay then, with these columns, verdict `inconclusive` and nothing else; a row about neither
contract nor client sums up everything. With `rests_on: column` only rows in which
that is not null. `kept: all` is for what tells no figure.
"""

from __future__ import annotations

from typing import Any

import duckdb

from pipelines.warehouse import dbt_project

_UNKNOWN = "cast(null as varchar)"


class Soundness:
    """Asked for the rows of each mart; on a connection to which the working database is attached by the name `work`."""

    def __init__(self, con: duckdb.DuckDBPyConnection, work: str) -> None:
        self._work = work
        self._meta = _meta()
        con.execute(
            "create temp table aside (contract_id varchar, client_id varchar);"
            " create temp table registered (environment_id varchar, client_id varchar, contract_id varchar)"
        )
        if _has_mart(con, work):
            con.execute(
                f'insert into registered select environment_id, client_id, contract_id from "{work}".landing.environments'
            )
            con.execute(
                f'insert into aside select distinct contract_id, client_id from "{work}".sla_marts.set_aside'
                " where contract_id is not null or client_id is not null"
            )
        self.is_whole = con.execute("select count(*) from aside").fetchone() == (0,)

    def rows(self, mart: str, columns: list[str]) -> str:
        """A relation, as SQL, of what may be published of `sla_marts.mart` (name alone), which has these columns."""
        table = f'"{self._work}".sla_marts."{mart}"'
        meta = self._meta.get(mart, {})
        kept: list[str] | str | None = meta.get("kept")
        names = {"contract_id", "client_id", "environment_id"} & set(columns)
        if self.is_whole or kept == "all" or not (names or kept):
            return table
        shown = f"{table} as shown"
        if "environment_id" in names:
            shown += (
                " left join temp.registered as registered on registered.environment_id = shown.environment_id"
            )
        client, contract = (_said(name, names) for name in ("client_id", "contract_id"))
        about = f"""exists (
            select 1 from temp.aside as aside
            where case
                when {client} is null then aside.contract_id = {contract}
                when aside.client_id is null then aside.contract_id = {contract}
                else aside.client_id = {client} and coalesce(aside.contract_id = {contract}, true)
            end
        )"""
        if not kept:
            return f"(select shown.* from {shown} where not {about})"
        if not names:
            about = "true"
        if "rests_on" in meta:
            about = f"shown.{meta['rests_on']} is not null and {about}"
        return f"(select {', '.join(_told(name, about, kept) for name in columns)} from {shown})"


def _said(name: str, names: set[str]) -> str:
    """Client or contract of a row: its own, else its environment's."""
    said = [f"shown.{name}"] if name in names else []
    said += [f"registered.{name}"] if "environment_id" in names else []
    return f"coalesce({', '.join([*said, _UNKNOWN])})"


def _told(name: str, about: str, kept: list[str] | str) -> str:
    if name in kept:
        return f'shown."{name}"'
    otherwise = "'inconclusive'" if name == "verdict" else "null"
    return f'case when {about} then {otherwise} else shown."{name}" end as "{name}"'


def _meta() -> dict[str, Any]:
    nodes = dbt_project.parsed()["nodes"].values()
    return {
        node["name"]: node["config"]["meta"]["aside"]
        for node in nodes
        if node["resource_type"] == "model" and "aside" in node["config"]["meta"]
    }


def _has_mart(con: duckdb.DuckDBPyConnection, work: str) -> bool:
    found = (
        "select count(*) from duckdb_columns()"
        " where database_name = ? and schema_name = 'sla_marts' and table_name = 'set_aside'"
    )
    return con.execute(found, [work]).fetchone() != (0,)

"""Summaries of raw checks by probe and UTC day, kept up to date as checks arrive."""

from __future__ import annotations

import duckdb


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Make the summary tables that are not there yet."""


def touch(con: duckdb.DuckDBPyConnection, checks: str) -> None:
    """Remember the probe days of a query that gives (probe_key, checked_at)."""
    con.execute(f"insert into landing.touched_probe_days select distinct probe_key, checked_at::date from ({checks})")


def refresh(con: duckdb.DuckDBPyConnection) -> None:
    """Summarise the touched probe days anew, in the transaction that touched them."""
    con.execute("delete from landing.touched_probe_days")

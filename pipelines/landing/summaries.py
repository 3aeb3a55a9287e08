"""Who must be told that rows of a landing table come, change or go: what is summed up or computed from them is done anew."""

from __future__ import annotations

import duckdb

from pipelines.landing import backup_listings, backup_points, ledgers, probe_days
from pipelines.landing.tables import LandingTable


def touch(con: duckdb.DuckDBPyConnection, table: LandingTable, keys: str) -> None:
    """Remember the rows of `table` of which `keys`, a relation with its key columns, tells; call it before they change."""
    if table.name == "checks":
        probe_days.touch(con, f"select probe_key, checked_at from {keys}")
    elif table.name == "points":
        backup_points.touch(con, f"select point_key from {keys}")
        backup_listings.take_back(con, f"select point_key from {keys}")
    elif table.name == "listings":
        backup_points.touch_repositories(con, f"select repository_id from {keys}")
    elif table.name == "movements":
        ledgers.touch(con, f"select dossier_key from {keys}")

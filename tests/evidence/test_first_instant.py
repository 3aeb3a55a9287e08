"""A question asked on the first instant of a month: the month before is whole, the one that begins has no row yet (R40)."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import duckdb

from pipelines.evidence import statements
from tests.build import build


def test_the_month_before_is_whole_and_can_be_closed(tmp_path: Path) -> None:
    registry = tmp_path / "inbox/registry/canonical/environments.csv"
    outages = tmp_path / "inbox/monitoring/outages/outages.csv"
    for path in (registry, outages):
        path.parent.mkdir(parents=True)
    registry.write_text(
        "environment_id,client_id,contract_id,kind,opened_on\ne,c,quadra-expert-2023-09,production,2026-04-01\n"
    )
    outages.write_text(
        "environment_id,outage_id,down_from,down_until\ne,o,2026-05-04T08:00:00Z,2026-05-04T09:00:00Z\n"
    )
    database = build(
        tmp_path / "inbox", tmp_path / "work", datetime.fromisoformat("2026-06-01T00:00:00+02:00")
    )
    with duckdb.connect(str(database)) as con:
        con.execute("set TimeZone = 'UTC'")
        months = con.execute(
            "select month, reference_s::int, counted_s::int, availability_pct is null, verdict"
            " from sla_marts.monthly_availability order by month"
        ).fetchall()
        assert months == [
            (date(2026, 5, 1), 17 * 46_800, 3600, False, "met"),
        ]
        assert statements.close(con, date(2026, 5, 1)).first == ("e",)

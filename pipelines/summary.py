"""What `livret run` and `livret status` tell: read from the published file, computed nowhere here."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Any

from pipelines import set_aside, tables, warehouse

MONTHS_SHOWN = 13

_MONTHS = f"""
select * from (
    select contract_id, month, availability_pct, target_pct, verdict, environments_broken, adherence_pct, sla_met,
        sla_breached, backup_coverage_pct
    from sla_marts.headline
    order by month desc, contract_id
    limit {MONTHS_SHOWN}
) order by contract_id, month
"""
_TOTAL = "select as_of, run_id, purge_lines, purge_entries, rows_accepted, rows_rejected from sla_marts.headline_total"
_SOURCES = (
    "select source, format, files, rows_accepted, rows_rejected, rows_duplicate, last_event_at,"
    " round(epoch((select as_of from sla_marts.runs) - last_event_at) / 3600, 1) as age_h"
    " from sla_marts.source_freshness order by all"
)


def of(path: Path, reports: Path) -> dict[str, Any]:
    """Months with their figures, what may be purged, rejects, and the newest report."""
    with warehouse.reader(path) as con:
        found: dict[str, Any] = {"months": tables.records(con, _MONTHS), **tables.records(con, _TOTAL)[0]}
        found["set_aside"] = set_aside.listed(con)
    newest = max(reports.glob("*.html"), key=lambda page: page.stat().st_mtime_ns, default=None)
    return {**found, "report": str(newest) if newest else None, "warehouse": str(path)}


def status(path: Path) -> dict[str, Any]:
    """The last run, its months and verdicts, and the age of every source at its `as_of`."""
    with warehouse.reader(path) as con:
        return {
            **tables.records(con, "select run_id, as_of, started_at from sla_marts.runs")[0],
            "months": tables.records(con, _MONTHS),
            "sources": tables.records(con, _SOURCES),
            "set_aside": set_aside.listed(con),
        }


def table(found: dict[str, Any]) -> str:
    """The short table that ends a run."""
    purge = f"{found['purge_lines']} lines in {found['purge_entries']} entries"
    if found["purge_lines"] is None:
        purge = "not told while something is put aside"
    return "\n".join(
        [
            _months(found["months"]),
            "",
            f"As of             {found['as_of'].isoformat()}",
            f"Purge candidates  {purge}",
            f"Rejected rows     {found['rows_rejected'] or 0} (accepted {found['rows_accepted'] or 0})",
            f"Report            {found['report'] or 'none'}",
            f"Warehouse         {found['warehouse']}",
        ]
    )


def status_table(found: dict[str, Any]) -> str:
    """The answer of `livret status` as a person reads it."""
    head = f"Run {found['run_id']} of {found['started_at'].isoformat()}, as of {found['as_of'].isoformat()}"
    aside = ["Put aside\n" + tables.text(found["set_aside"])] if found["set_aside"] else []
    return "\n\n".join([head, _months(found["months"]), *aside, tables.text(found["sources"])])


def _months(months: list[dict[str, Any]]) -> str:
    rows = [
        {
            "contract": row["contract_id"],
            "month": f"{row['month']:%Y-%m}",
            "availability": _cut(row["availability_pct"]),
            "target": _cut(row["target_pct"]),
            "verdict": row["verdict"],
            "broken": row["environments_broken"],
            "SLA adherence": _cut(row["adherence_pct"]),
            "backup coverage": _cut(row["backup_coverage_pct"]),
        }
        for row in months
    ]
    return tables.text(rows) if rows else "No month yet: the inbox holds nothing that is measured by month."


def _cut(rate: float | None) -> str | None:
    """A rate as it is printed: cut, never rounded up to a promise that was not kept (rules.md section 2)."""
    if rate is None:
        return None
    return f"{Decimal(repr(float(rate))).quantize(Decimal('0.01'), rounding=ROUND_DOWN)} %"

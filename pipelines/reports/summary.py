"""What `livret run` and `livret status` tell: read from the published file, computed nowhere here.

JSON has everything. What a person reads is cut to a screen, newest months first kept, and says how much of what is left out.
"""

from __future__ import annotations

from collections import Counter
from decimal import ROUND_DOWN, Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from pipelines.reports import notice_text, text_tables
from pipelines.warehouse import connections, set_aside

MONTHS_SHOWN = 13  # in all, shared by the contracts; each has its newest at least

Row = dict[str, Any]

_MONTHS = """
select contract_id, month, availability_pct, target_pct, verdict, environments_broken, adherence_pct, sla_met,
    sla_breached, backup_coverage_pct
from sla_marts.headline
order by contract_id, month
"""
_UNMEASURED = (
    "select distinct contract_id from sla_contract.contracts"
    " where contract_id not in (select contract_id from sla_marts.headline) order by all"
)
_TOTAL = "select as_of, run_id, purge_lines, purge_entries, rows_accepted, rows_rejected from sla_marts.headline_total"
_SOURCES = (
    "select source, format, files, rows_accepted, rows_rejected, rows_duplicate, last_event_at,"
    " round(epoch((select as_of from sla_marts.runs) - last_event_at) / 3600, 1) as age_h"
    " from sla_marts.source_freshness order by all"
)


def of(path: Path, reports: Path) -> dict[str, Any]:
    """Months with their figures, what may be purged, rejects, notices, and the newest report."""
    with connections.reader(path) as con:
        found: dict[str, Any] = {**_common(con), **connections.records(con, _TOTAL)[0]}
        found["set_aside"] = set_aside.listed(con)
    newest = max(reports.glob("*.html"), key=lambda page: page.stat().st_mtime_ns, default=None)
    return {**found, "report": str(newest) if newest else None, "warehouse": str(path)}


def status(path: Path) -> dict[str, Any]:
    """The last run, its months and verdicts, the age of every source at its `as_of`, and its notices."""
    with connections.reader(path) as con:
        return {
            **connections.records(con, "select run_id, as_of, started_at from sla_marts.runs")[0],
            **_common(con),
            "sources": connections.records(con, _SOURCES),
            "set_aside": set_aside.listed(con),
        }


def _common(con: Any) -> dict[str, Any]:
    known = {
        name
        for (name,) in con.execute(
            "select table_name from duckdb_tables() where schema_name = 'sla_marts'"
        ).fetchall()
    }
    return {
        "months": connections.records(con, _MONTHS),
        "contracts_without_months": [name for (name,) in con.execute(_UNMEASURED).fetchall()],
        # A file that a version before published has none.
        "notices": notice_text.read(con, "sla_marts.notices") if "notices" in known else [],
    }


def table(found: dict[str, Any]) -> str:
    """The short table that ends a run."""
    purge = f"{found['purge_lines']} lines in {found['purge_entries']} entries"
    if found["purge_lines"] is None:
        purge = "not told while something is put aside"
    return "\n".join(
        [
            _months(found),
            "",
            f"As of             {found['as_of'].isoformat()}",
            f"Purge candidates  {purge}",
            f"Rejected rows     {found['rows_rejected'] or 0} (accepted {found['rows_accepted'] or 0})",
            f"Report            {found['report'] or 'none'}",
            f"Warehouse         {found['warehouse']}",
            *_noticed(found),
        ]
    )


def status_table(found: dict[str, Any]) -> str:
    """The answer of `livret status` as a person reads it."""
    head = (
        f"Run {found['run_id']}, made {found['started_at'].isoformat()}, as of {found['as_of'].isoformat()}"
    )
    aside = ["", "Put aside", text_tables.text(found["set_aside"])] if found["set_aside"] else []
    return "\n".join(
        [head, "", _months(found), *aside, "", text_tables.text(found["sources"]), *_noticed(found)]
    )


def _noticed(found: dict[str, Any]) -> list[str]:
    told = notice_text.text(found["notices"])
    return [told] if told else []


def _months(found: dict[str, Any]) -> str:
    """The newest months of every contract, and in words what is left out."""
    by_contract = [list(rows) for _, rows in groupby(found["months"], key=lambda row: row["contract_id"])]
    each = max(1, MONTHS_SHOWN // max(1, len(by_contract)))
    shown = [row for rows in by_contract for row in rows[-each:]]
    parts = [text_tables.text([_month(row) for row in shown])] if shown else [
        "No month yet: the inbox holds nothing that is measured by month."
    ]  # fmt: skip
    if left := [row for rows in by_contract for row in rows[:-each]]:
        parts.append(_left_out(left))
    if silent := found["contracts_without_months"]:
        parts.append(text_tables.printable(f"No month measured of {', '.join(silent)}"))
    return "\n".join(parts)


def _left_out(rows: list[Row]) -> str:
    contracts = len({row["contract_id"] for row in rows})
    verdicts = Counter(row["verdict"] for row in rows)
    broken = f", {verdicts['broken']} of them broken" if verdicts["broken"] else ""
    return (
        f"and {len(rows)} older month{'s'[: len(rows) > 1]} of {contracts} contract{'s'[: contracts > 1]}{broken}:"
        " livret status --json"
    )


def _month(row: Row) -> Row:
    return {
        "contract": row["contract_id"],
        "month": f"{row['month']:%Y-%m}",
        "availability": _cut(row["availability_pct"]),
        "target": _cut(row["target_pct"]),
        "verdict": row["verdict"],
        "broken": row["environments_broken"],
        "SLA adherence": _cut(row["adherence_pct"]),
        "backup coverage": _cut(row["backup_coverage_pct"]),
    }


def _cut(rate: float | None) -> str | None:
    """A rate as it is printed: cut, never rounded up to a promise that was not kept (rules.md section 2)."""
    if rate is None:
        return None
    return f"{Decimal(repr(float(rate))).quantize(Decimal('0.01'), rounding=ROUND_DOWN)} %"

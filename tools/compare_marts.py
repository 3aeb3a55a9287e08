"""Whether two published files tell the same: every mart, row by row, with its types.

    python tools/compare_marts.py BEFORE.duckdb AFTER.duckdb

Columns that tell when and by which run something was made are left out, as is the mart of the run itself. Exit status 1 where
anything differs, or a mart is on one side only.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

APART = {"runs"}
ABOUT_THE_RUN = {
    "run_id",
    "file_id",
    "loaded_at",
    "last_loaded_at",
    "first_seen_at",
    "started_at",
    "published_at",
}
_COLUMNS = """
select table_name, list((column_name, data_type) order by column_name)
from duckdb_columns() where schema_name = 'sla_marts' and database_name = ? group by table_name
"""


def compare(before: Path, after: Path) -> list[tuple[str, str, int, int]]:
    """(mart, what is the matter, rows or columns only before, only after); a mart that is the same has no word."""
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        con.execute(f"attach '{before}' as before (read_only); attach '{after}' as after (read_only)")
        sides = [dict(con.execute(_COLUMNS, [side]).fetchall()) for side in ("before", "after")]
        return [
            _compared(con, mart, *(side.get(mart) for side in sides))
            for mart in sorted({*sides[0], *sides[1]})
        ]


def _compared(
    con: duckdb.DuckDBPyConnection,
    mart: str,
    old: list[tuple[str, str]] | None,
    new: list[tuple[str, str]] | None,
) -> tuple[str, str, int, int]:
    if old is None or new is None:
        return mart, "missing", int(old is not None), int(new is not None)
    if set(old) != set(new):
        return mart, "other columns", len({*old} - {*new}), len({*new} - {*old})
    if mart in APART:
        return mart, "", 0, 0
    names = ", ".join(f'"{name}"' for name, _ in old if name not in ABOUT_THE_RUN)
    counts = [
        con.execute(
            f"select count(*) from (select {names} from {one}.sla_marts.{mart}"
            f" except all select {names} from {other}.sla_marts.{mart})"
        ).fetchall()[0][0]
        for one, other in (("before", "after"), ("after", "before"))
    ]
    return mart, "other rows" if any(counts) else "", counts[0], counts[1]


def main() -> int:
    found = compare(Path(sys.argv[1]), Path(sys.argv[2]))
    for mart, matter, before, after in found:
        if matter:
            print(f"{mart:36} {matter:14} {before:8} only before {after:8} only after")
    differing = sum(bool(matter) for _, matter, _, _ in found)
    print(f"{len(found)} marts compared, {differing} differ")
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main())

"""How large the house is: models, longest chain, models above the marts people ask for, nodes of a run, longest files.

    python tools/structure.py

Read from the parsed project and the source tree; nothing is built. The directions are those of docs/architecture.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

MARTS = (
    "monthly_availability",
    "outages",
    "ticket_commitments",
    "backup_nights",
    "backup_coverage",
    "history_purge_candidates",
)
DIRECTIONS = {
    "models": 150,
    "longest chain": 14,
    "above a mart": 12,
    "lines of a model": 120,
    "lines of a module": 300,
}
STEP = "step"  # the tag of tests that a run leaves out (dbt_project.yml)


def main() -> None:
    from pipelines.warehouse import dbt_project

    nodes = dbt_project.parsed()["nodes"]
    models = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
    parents = {
        key: [parent for parent in node["depends_on"]["nodes"] if parent in models]
        for key, node in models.items()
    }
    named = {node["name"]: key for key, node in models.items()}

    @cache
    def depth(key: str) -> int:
        return 1 + max((depth(parent) for parent in parents[key]), default=0)

    @cache
    def above(key: str) -> frozenset[str]:
        return frozenset(parents[key]).union(*(above(parent) for parent in parents[key]))

    deepest = max(models, key=depth)
    _tell("models", len(models), DIRECTIONS["models"])
    _tell("longest chain", depth(deepest), DIRECTIONS["longest chain"], models[deepest]["name"])
    for mart in MARTS:
        own = [key for key in above(named[mart]) if _subject(models[key]) == _subject(models[named[mart]])]
        lines = sum(_lines(ROOT / models[key]["original_file_path"]) for key in own)
        _tell(f"above {mart}", len(own), DIRECTIONS["above a mart"], f"{lines} lines")
    run = [node for node in nodes.values() if _runs(node)]
    tests = sum(node["resource_type"] == "test" for node in run)
    _tell("nodes of a run, views included", len(run), None, f"{tests} of them tests")
    _longest("models", (ROOT / "models").rglob("*.sql"), DIRECTIONS["lines of a model"])
    _longest("modules", (ROOT / "pipelines").rglob("*.py"), DIRECTIONS["lines of a module"])


def _subject(model: dict[str, Any]) -> tuple[str, ...]:
    """The folder of its subject, the same for intermediate models and marts; staging belongs to no subject."""
    layer, *rest = Path(model["original_file_path"]).parts[1:-1]
    return () if layer == "staging" else tuple(rest)


def _runs(node: dict[str, Any]) -> bool:
    is_ephemeral = node["config"]["materialized"] == "ephemeral"
    return node["resource_type"] in ("model", "test") and STEP not in node["tags"] and not is_ephemeral


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _longest(what: str, paths: Iterator[Path], limit: int) -> None:
    found = sorted(((_lines(path), path) for path in paths), reverse=True)
    total = sum(lines for lines, _ in found)
    over = [(lines, path) for lines, path in found if lines > limit]
    _tell(f"{what} over {limit} lines", len(over), 0, f"{len(found)} {what}, {total} lines")
    for lines, path in over:
        print(f"    {lines:5}  {path.relative_to(ROOT)}")


def _tell(what: str, number: int, limit: int | None, more: str = "") -> None:
    mark = "" if limit is None else f"(at most {limit})" if number <= limit else f"(at most {limit}: OVER)"
    print(f"{what:40} {number:5}  {mark:22} {more}")


if __name__ == "__main__":
    main()

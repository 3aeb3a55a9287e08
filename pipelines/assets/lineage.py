"""The marts as Dagster sees them: read from dbt's manifest, which knows each one's description, sources and tests.

Steps between landing and marts are no assets: nobody would materialise one alone, and each costs every run its events. A mart
depends on the marts, landing tables and contract tables that lie behind it, whatever steps lie between.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import dagster as dg

STEP = "step"  # the tag of tests that a run leaves out (dbt_project.yml)
RECORDS = "kept"  # the source of what a build remembers of the one before: no asset, nothing else makes it


class Lineage:
    """Specs of the marts and of their tests, out of one manifest."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        self._nodes: dict[str, dict[str, Any]] = manifest["nodes"]
        self._sources: dict[str, dict[str, Any]] = manifest["sources"]
        self._found: dict[str, frozenset[dg.AssetKey]] = {}

    @cached_property
    def marts(self) -> dict[str, dg.AssetSpec]:
        """One spec per mart, by dbt's unique id."""
        return {
            unique_id: dg.AssetSpec(
                self._key(unique_id),
                deps=sorted(self._read_by(node)),
                description=node["description"],
                group_name=node["config"]["meta"]["dagster"]["group"],
                kinds={"dbt", "duckdb"},
            )
            for unique_id, node in self._nodes.items()
            if _is_mart(node)
        }

    @cached_property
    def checks(self) -> dict[str, dg.AssetCheckSpec]:
        """One spec per test of a mart that a run asks, by dbt's unique id."""
        return {
            unique_id: dg.AssetCheckSpec(
                node["name"],
                asset=self.marts[node["attached_node"]].key,
                description=node["description"] or None,
            )
            for unique_id, node in self._nodes.items()
            if node["resource_type"] == "test"
            and node["attached_node"] in self.marts
            and STEP not in node["tags"]
        }

    def _key(self, unique_id: str) -> dg.AssetKey:
        node = self._nodes[unique_id]
        return dg.AssetKey([node["config"]["schema"], node["name"]])

    def _read_by(self, node: dict[str, Any]) -> frozenset[dg.AssetKey]:
        return frozenset().union(*(self._behind(parent) for parent in node["depends_on"]["nodes"]))

    def _behind(self, unique_id: str) -> frozenset[dg.AssetKey]:
        """The nearest assets at or behind a node: itself where it is one."""
        if unique_id not in self._found:
            self._found[unique_id] = self._looked_up(unique_id)
        return self._found[unique_id]

    def _looked_up(self, unique_id: str) -> frozenset[dg.AssetKey]:
        if source := self._sources.get(unique_id):
            if source["source_name"] == RECORDS:
                return frozenset()
            told = source["config"]["meta"].get("dagster", {}).get("asset_key")
            return frozenset([dg.AssetKey(told or [source["source_name"], source["name"]])])
        node = self._nodes[unique_id]
        return frozenset([self._key(unique_id)]) if _is_mart(node) else self._read_by(node)


def _is_mart(node: dict[str, Any]) -> bool:
    return (node["resource_type"], node["config"].get("schema")) == ("model", "marts")

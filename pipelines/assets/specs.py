"""How assets of this house are declared."""

import dagster as dg


def spec(layer: str, name: str, description: str, group: str, *deps: dg.AssetKey) -> dg.AssetSpec:
    return dg.AssetSpec(
        [layer, name], description=description, group_name=group, kinds={"duckdb", "polars"}, deps=deps
    )

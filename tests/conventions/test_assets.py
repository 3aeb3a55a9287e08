"""The shape of the asset graph, as operators see it."""

from __future__ import annotations

import dagster as dg
import pytest

from pipelines.landing.tables import TABLES


@pytest.fixture(scope="module")
def graph() -> dg.AssetSelection:
    from pipelines.definitions import defs

    return defs.resolve_asset_graph()  # type: ignore[return-value]


def test_every_asset_has_a_group_kinds_and_a_description(graph) -> None:  # type: ignore[no-untyped-def]
    nodes = [graph.get(key) for key in graph.materializable_asset_keys]
    assert len(nodes) > 90
    assert not [node.key for node in nodes if not node.group_name or node.group_name == "default"]
    assert not [node.key for node in nodes if not node.description]
    assert not [node.key for node in nodes if not node.kinds]
    tables = [node for node in nodes if node.key.path[0] in ("landing", "contract", "marts")]
    assert not [node.key for node in tables if not node.description.startswith("One row")]


def test_nothing_hangs_in_the_air(graph) -> None:  # type: ignore[no-untyped-def]
    """Every source a model reads is an asset that something here makes."""
    assert not graph.get_all_asset_keys() - graph.materializable_asset_keys
    assert {dg.AssetKey(["landing", name]) for name in TABLES} <= graph.materializable_asset_keys


def test_figures_follow_the_inbox_and_the_contract(graph) -> None:  # type: ignore[no-untyped-def]
    selection = dg.AssetSelection.keys(["reports", "monthly_report"]).upstream()
    upstream = selection.resolve(graph)
    for key in (
        ["landing", "checks"],
        ["contract", "clocks"],
        ["marts", "monthly_availability"],
        ["published", "warehouse"],
    ):
        assert dg.AssetKey(key) in upstream


def test_data_tests_are_asset_checks(graph) -> None:  # type: ignore[no-untyped-def]
    checks = {key.asset_key for key in graph.asset_check_keys}
    marts = {key for key in graph.materializable_asset_keys if key.path[0] == "marts"}
    assert len(checks & marts) > len(marts) / 2


def test_one_job_one_schedule_one_sensor_run_one_at_a_time() -> None:
    from pipelines.definitions import defs

    assert defs.resolve_job_def("refresh").executor_def.name == "in_process"
    assert defs.resolve_schedule_def("nightly").cron_schedule == "30 7 * * *"
    assert defs.resolve_sensor_def("inbox_sensor").minimum_interval_seconds == 60

"""The house rules of the dbt project, read off its parsed form."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pipelines.resources import ROOT
from pipelines.warehouse import dbt_project

LAYERS = ("staging", "intermediate", "marts")


@pytest.fixture(scope="module")
def nodes() -> dict[str, Any]:
    manifest = dbt_project.parsed()
    return {**manifest["nodes"], **manifest["sources"], **manifest["unit_tests"]}


@pytest.fixture(scope="module")
def models_by_name(nodes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {node["name"]: node for node in nodes.values() if node["resource_type"] == "model"}


def _layer(node: dict[str, Any]) -> str:
    return str(node["fqn"][1])


def _parents(node: dict[str, Any], nodes: dict[str, Any]) -> list[dict[str, Any]]:
    return [nodes[name] for name in node["depends_on"]["nodes"]]


def test_a_source_is_read_by_its_staging_model_where_there_is_one(
    nodes: dict[str, Any], models_by_name: dict[str, Any]
) -> None:
    read = {
        name: {parent["name"] for parent in _parents(node, nodes) if parent["resource_type"] == "source"}
        for name, node in models_by_name.items()
    }
    staging = {name for name, node in models_by_name.items() if _layer(node) == "staging"}
    # A model of several sources tells of all of them at once (first events), and is nobody's staging.
    staged = set().union(*(read[name] for name in staging if len(read[name]) == 1))
    assert not {name: read[name] & staged for name in read.keys() - staging if read[name] & staged}


def test_nothing_refers_upwards(nodes: dict[str, Any], models_by_name: dict[str, Any]) -> None:
    """But for the records of what was computed, which come last of all that is kept (macros/keeping.sql)."""
    wrong = [
        (name, parent["name"])
        for name, node in models_by_name.items()
        for parent in _parents(node, nodes)
        if parent["resource_type"] == "model"
        and LAYERS.index(_layer(parent)) > LAYERS.index(_layer(node))
        and not name.endswith("_record")  # written when all that is kept was computed (macros/keeping.sql)
    ]
    assert not wrong


def test_names_tell_the_layer(models_by_name: dict[str, Any]) -> None:
    begins = {"staging": "stg_", "intermediate": "int_"}
    wrong = [
        name
        for name, node in models_by_name.items()
        if ((prefix := begins.get(_layer(node))) and not name.startswith(prefix))
        or (not begins.get(_layer(node)) and name.startswith(tuple(begins.values())))
    ]
    assert not wrong


def test_every_model_says_its_grain_and_describes_its_columns(models_by_name: dict[str, Any]) -> None:
    wrong = [name for name, node in models_by_name.items() if not node["description"].startswith("One row")]
    assert not wrong
    undescribed = [
        (name, column["name"])
        for name, node in models_by_name.items()
        for column in node["columns"].values()
        if not column["description"].strip()
    ]
    assert not undescribed


def test_every_sql_file_opens_with_its_grain() -> None:
    wrong = [
        path.name
        for path in (ROOT / "models").rglob("*.sql")
        if not path.read_text(encoding="utf-8").startswith("-- One row")
    ]
    assert not wrong


def _tells_the_grain(test: dict[str, Any]) -> bool:
    """A test of uniqueness, or invariants with such a rule."""
    rules = test["kwargs"].get("rules", [])
    return test["name"] in ("unique", "unique_combination") or any("unique" in rule for rule in rules)


def test_marts_have_an_enforced_contract_and_a_tested_grain(
    nodes: dict[str, Any], models_by_name: dict[str, Any]
) -> None:
    marts = {name: node for name, node in models_by_name.items() if _layer(node) == "marts"}
    loose = [
        name
        for name, node in marts.items()
        if not node["config"]["contract"]["enforced"] or not node["columns"]
    ]
    assert not loose
    tested = {
        node["attached_node"]
        for node in nodes.values()
        if node["resource_type"] == "test" and _tells_the_grain(node["test_metadata"])
    }
    ungrained = [
        name for name, node in marts.items() if node["unique_id"] not in tested and name != "rejects"
    ]
    assert not ungrained


def test_what_every_run_checks_reads_no_view(nodes: dict[str, Any]) -> None:
    """A run leaves out views that stand, and dbt with them every test that reads one: such a test is a step's, or none."""
    wrong = [
        (node["name"], parent["name"])
        for node in nodes.values()
        if node["resource_type"] == "test" and "step" not in node["config"]["tags"]
        for parent in _parents(node, nodes)
        if parent["resource_type"] == "model" and parent["config"]["materialized"] == "view"
    ]
    assert not wrong


def test_sql_holds_no_wall_clock_and_no_engine_zone_conversion() -> None:
    forbidden = re.compile(
        r"current_timestamp|current_date|now\(\)|today\(\)|getdate|timezone\(|at time zone|asof\s+join",
        re.IGNORECASE,
    )
    wrong = [
        (path.name, found.group())
        for path in (ROOT / "models").rglob("*.sql")
        if (found := forbidden.search(re.sub(r"--.*", "", path.read_text(encoding="utf-8"))))
    ]
    assert not wrong


def test_models_hold_no_contract_number(models_by_name: dict[str, Any]) -> None:
    """Rates, hours, nights and years are contract rows; SQL knows only units and calendars."""
    sentinels = {"101", "1000000000000", "9000000000000000"}  # more than any rate, second or microsecond
    units = {
        "10",
        "12",
        "24",
        "31",
        "60",
        "100",
        "1000",
        "3600",
        "86400",
        "1000000",
    }  # of time, of counting, of months
    wrong = []
    for name, node in models_by_name.items():
        code = re.sub(r"--.*|'[^']*'|decimal\([^)]*\)|\{#.*?#\}", "", node["raw_code"])
        numbers = {
            text for text in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", code) if float(text) >= 10
        }
        if numbers - units - sentinels:
            wrong.append((name, sorted(numbers - units - sentinels)))
    assert not wrong


def test_time_rules_have_unit_tests(nodes: dict[str, Any], models_by_name: dict[str, Any]) -> None:
    tested = {node["model"] for node in nodes.values() if node["resource_type"] == "unit_test"}
    subjects = {
        models_by_name[name]["fqn"][2] for name in tested if _layer(models_by_name[name]) != "staging"
    }
    assert {"calendar", "availability", "support", "backups", "history"} <= subjects


def test_the_sql_linter_knows_every_macro() -> None:
    def names(folder: str) -> set[str]:
        text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / folder).glob("*.sql"))
        return {name for name in re.findall(r"{% macro (\w+)", text) if "__" not in name} - {
            "replace_in_place",
            "comments",
        }

    assert names("tests/lint") == names("macros")

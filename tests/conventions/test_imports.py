"""Imports go one way through the rooms: a room knows those before it (docs/architecture.md), and no module is a hall."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.resources import ROOT

CODE = ROOT / "pipelines"
# From the ground up. A module at the root of the package is a room of its own.
ROOMS = (
    "errors", "progress", "schemas", "contract", "resources", "inbox", "readers", "warehouse", "landing", "evidence", "published",
    "reports", "checking", "assets", "runs", "schedules", "definitions", "cli",
)  # fmt: skip


def room(module: str) -> str:
    return module.split(".")[1]


def imported(path: Path) -> Iterator[str]:
    """Every module of ours that one module names, wherever it does."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("pipelines."))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "pipelines":
            names = [f"{node.module}.{name.name}" for name in node.names]
            yield from names if node.module == "pipelines" else [str(node.module)]


def test_every_room_has_its_place() -> None:
    found = {
        path.stem if path.is_file() else path.name
        for path in CODE.iterdir()
        if path.suffix == ".py" or path.is_dir()
    }
    assert found - {"__init__", "__pycache__"} == set(ROOMS)


@pytest.mark.parametrize("path", sorted(CODE.rglob("*.py")), ids=lambda path: str(path.relative_to(CODE)))
def test_imports_go_one_way(path: Path) -> None:
    own = path.relative_to(CODE).parts[0].removesuffix(".py")
    if own == "__init__":
        return
    upwards = {name for name in imported(path) if ROOMS.index(room(name)) > ROOMS.index(own)}
    assert not upwards, f"{own} may not know {upwards}: it lies below them"

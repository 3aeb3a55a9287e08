"""`livret dev` as an operator starts it: the real server answers with our assets, schedule and sensor."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

_QUERY = """{ repositoriesOrError { ... on RepositoryConnection { nodes {
    assetNodes { groupName } schedules { name } sensors { name } jobs { name } } } } }"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            Path(sys.executable).with_name("livret"),
            "dev",
            "--port",
            str(port),
            "--home",
            str(tmp_path / "home"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield f"http://127.0.0.1:{port}/graphql"
    finally:
        # The server's six processes outlive a polite request; they go as a group.
        os.killpg(process.pid, signal.SIGTERM)
        time.sleep(1)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_the_page_answers_with_assets_schedule_and_sensor(server: str) -> None:
    request = urllib.request.Request(
        server, json.dumps({"query": _QUERY}).encode(), {"Content-Type": "application/json"}
    )
    nodes: list[dict[str, list[dict[str, str]]]] = []
    deadline = time.monotonic() + 240
    while not nodes and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                nodes = json.load(answer)["data"]["repositoriesOrError"].get("nodes", [])
        except OSError:
            time.sleep(1)
    assert nodes, "the page did not answer"
    groups = {asset["groupName"] for asset in nodes[0]["assetNodes"]}
    assert {"contract", "landing", "marts", "published", "reports"} == groups
    assert [schedule["name"] for schedule in nodes[0]["schedules"]] == ["nightly"]
    assert [sensor["name"] for sensor in nodes[0]["sensors"]] == ["inbox_sensor"]
    assert "refresh" in {job["name"] for job in nodes[0]["jobs"]}

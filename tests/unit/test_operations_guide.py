"""The operator's guide names every format and every key of `source.toml` that the code knows."""

from __future__ import annotations

import re
from pathlib import Path

from pipelines.inbox.source_config import COMMON_KEYS
from pipelines.readers import readers

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


def test_every_format_is_in_the_guide() -> None:
    missing = [f"{source}/{format_}" for source, format_ in readers() if f"`{source}/{format_}/" not in GUIDE]
    assert missing == []


def test_every_settings_key_is_in_the_guide() -> None:
    keys = {*COMMON_KEYS, *(key for reader in readers().values() for key in reader.options)}
    assert sorted(key for key in keys if f"`{key}`" not in GUIDE) == []


def test_the_guide_names_no_key_that_does_not_exist() -> None:
    table = GUIDE.split("| key | for | meaning |")[1].split("```toml")[0]
    named = {
        key
        for row in table.splitlines()
        if row.startswith("| `")
        for key in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    keys = {*COMMON_KEYS, *(key for reader in readers().values() for key in reader.options)}
    assert sorted(named - keys) == []

"""Asking the same again: told without a run, and only where everything is as it was."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.published import answered
from pipelines.resources import Settings


@pytest.fixture
def asked(tmp_path: Path) -> Settings:
    """A question that was answered: two files in the inbox, one setting, one contract file."""
    settings = Settings(
        inbox=tmp_path / "inbox",
        contract=tmp_path / "contract",
        warehouse=tmp_path / "livret.duckdb",
        reports=tmp_path / "reports",
        as_of=datetime(2026, 1, 1, tzinfo=UTC),
    )
    for name in ("inbox/monitoring/canonical/a.csv", "inbox/monitoring/canonical/b.csv", "inbox/source.toml",
                 "contract/clocks.csv", "livret.duckdb", "reports/page.html"):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    answered.ask(settings)
    settings.work_database.write_text("x")
    answered.answer(settings, settings.reports / "page.html")
    return settings


def test_the_same_question_stands(asked: Settings) -> None:
    assert answered.stands(asked)
    assert answered.stands(asked), "looking changes nothing"


@pytest.mark.parametrize(
    "change",
    [
        lambda asked: (asked.inbox / "monitoring/canonical/c.csv").write_text("new"),
        lambda asked: (asked.inbox / "monitoring/canonical/a.csv").write_text("longer"),
        lambda asked: os.utime(asked.inbox / "monitoring/canonical/a.csv", ns=(1, 1)),
        lambda asked: (asked.inbox / "monitoring/canonical/a.csv").unlink(),
        lambda asked: (asked.inbox / "source.toml").write_text("y"),
        lambda asked: (asked.inbox / "monitoring/source.toml").write_text("x"),
        lambda asked: (asked.contract / "clocks.csv").write_text("y"),
        lambda asked: (asked.contract / "terms.csv").write_text(""),
        lambda asked: asked.warehouse.write_text("somebody's"),
        lambda asked: asked.warehouse.unlink(),
        lambda asked: (asked.reports / "page.html").unlink(),
        lambda asked: asked.work_database.write_text("closed a month"),
        answered.ask,
        answered.forget,
        lambda asked: (asked.work / "answered.json").write_text('["no", "answer"]'),
    ],
)
def test_whatever_changed_asks_anew(asked: Settings, change: Callable[[Settings], object]) -> None:
    change(asked)
    assert not answered.stands(asked)


def test_another_instant_folder_or_program_asks_anew(
    asked: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not answered.stands(replace(asked, as_of=asked.as_of + timedelta(microseconds=1)))
    assert not answered.stands(replace(asked, reports=asked.reports / "elsewhere"))
    monkeypatch.setattr(answered.dbt_project, "code", lambda: "another program")
    assert not answered.stands(asked)


def test_a_file_that_comes_while_a_run_is_under_way_is_not_passed_over(asked: Settings) -> None:
    answered.ask(asked)
    (asked.inbox / "monitoring/canonical/late.csv").write_text("x")
    answered.answer(asked, asked.reports / "page.html")
    assert not answered.stands(asked)

"""The notebook of other limits runs over the samples and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.conftest import shown


def test_the_notebook_of_other_limits_judges_as_the_warehouse_does_and_touches_nothing(
    executed: Callable[[str], Any],
) -> None:
    """Its own assertion compares its rule with every published verdict."""
    answers = shown(executed("what_if_targets"))
    assert len(answers) == 2
    assert "take_in_charge" in answers[0] and "T-" in answers[1]

"""What a rejected row is told: the allowed words as the schemas have them, the nearest one, and what to do."""

from __future__ import annotations

import pytest

from pipelines.reports.reject_advice import advice, allowed_words, nearest


@pytest.mark.parametrize(
    ("source", "file", "column", "value", "meant"),
    [
        ("monitoring", "monitoring/canonical/a.csv", "status", "DOWNN", "down"),
        ("registry", "registry/canonical/environments.csv", "kind", "prod", "production"),
        ("tickets", "tickets/canonical/tickets.csv", "channel", "Suport", "support"),
        ("interruptions", "interruptions/canonical/r.csv", "cause", "Maintenance", "maintenance_window"),
        ("backups", "backups/canonical/jobs-1.csv", "status", "succes", "success"),
    ],
)
def test_the_nearest_allowed_word(source: str, file: str, column: str, value: str, meant: str) -> None:
    words = allowed_words(source, file, column)
    assert meant in words and nearest(value, words) == meant


def test_the_name_of_the_file_tells_whose_words_they_are() -> None:
    assert "good" in allowed_words("backups", "backups/canonical/points.csv", "status")
    assert "good" not in allowed_words("backups", "backups/canonical/jobs.csv", "status")


def test_what_has_no_words_has_no_nearest() -> None:
    assert allowed_words("monitoring", "monitoring/canonical/a.csv", "message") == ()
    assert nearest("DOWNN", ()) is nearest(None, ("up", "down")) is nearest("zzzz", ("up", "down")) is None


def test_every_rule_has_advice() -> None:
    assert "time_zone" in advice("instant_without_offset") and advice("a_rule_of_tomorrow")

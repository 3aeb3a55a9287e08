"""Backup figures of random worlds against an oracle that reads local clocks and walks every chain."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.backups.backup_worlds import gathered, together, write
from tests.build import build
from tests.oracles import backups as oracle

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
ENVIRONMENTS = 300 if NIGHTLY else 100
# Clocks go forward in Paris on 29 March, back in Auckland on 5 April; back in New York on 1 November.
QUESTIONS = [datetime(2026, 3, 31, 7, 0, tzinfo=UTC), datetime(2026, 11, 3, 3, 10, tzinfo=UTC)]
QUESTIONS += [datetime(2026, 4, 8, hour, 59, 59, tzinfo=UTC) for hour in range(3, 9)] if NIGHTLY else []


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = con.execute(query)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.mark.parametrize("as_of", QUESTIONS)
def test_backup_figures_of_random_worlds_are_those_of_the_oracle(tmp_path: Path, as_of: datetime) -> None:
    story = together(gathered(ENVIRONMENTS, as_of, derandomize=not NIGHTLY))
    world = oracle.World(story.environments, story.listings, story.sightings, story.jobs, as_of)
    inbox, contract = write(story, tmp_path)
    database = build(inbox, tmp_path / "work", as_of, contract, "--select", "+path:models/marts/backups")
    with duckdb.connect(str(database), read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        wrong = [
            *_compare_copies(con, world),
            *_compare_answers(con, world),
            *_compare_unknown(con, story),
        ]
        tame = _untold(con)
    assert not wrong, f"{len(wrong)}: " + "\n".join(wrong[:5])
    assert not tame, f"the world is too tame: {tame}"


def _compare_copies(con: duckdb.DuckDBPyConnection, world: oracle.World) -> list[str]:
    found = {
        (row["repository_id"], row["environment_id"], row["point_id"]): row
        for row in rows(con, "select * from sla_marts.backup_point_retention")
    }
    wrong = []
    copies = [copy for copy in world.copies if copy.last.content == oracle.DATA]
    if len(copies) != len(found):
        wrong.append(f"{len(found)} copies, want {len(copies)}")
    for copy in copies:
        row = found.get((copy.last.repository, copy.last.environment, copy.last.point), {})
        terms = world.environments[copy.last.environment].terms
        got = tuple(
            row.get(name)
            for name in ("verdict", "quality", "night_on", "required_until", "place", "is_restorable",
                         "first_listed_at", "last_listed_at", "missing_listed_at")
        )  # fmt: skip
        want = (
            world.verdict(copy), copy.quality, copy.night,
            copy.night + timedelta(days=terms.kept_days), copy.place, copy.is_restorable,
            copy.first_seen, copy.last_seen, copy.missing_at,
        )  # fmt: skip
        if got != want:
            wrong.append(f"{copy.last} got {got} want {want}")
    return wrong


def _compare_answers(con: duckdb.DuckDBPyConnection, world: oracle.World) -> list[str]:
    coverage = {
        (r["environment_id"], r["content"]): r for r in rows(con, "select * from sla_marts.backup_coverage")
    }
    nights: dict[tuple[str, str], dict[date, dict[str, Any]]] = defaultdict(dict)
    for row in rows(con, "select * from sla_marts.backup_nights"):
        nights[row["environment_id"], row["content"]][row["night_on"]] = row
    months: dict[tuple[str, str], dict[date, tuple[int, int, int]]] = defaultdict(dict)
    for row in rows(con, "select * from sla_marts.monthly_backup_coverage"):
        months[row["environment_id"], row["content"]][row["month"]] = (
            row["required_nights"],
            row["covered_nights"],
            row["unknown_nights"],
        )
    asked = [(key, oracle.DATA) for key in world.environments]
    asked += sorted(
        {(c.last.environment, c.last.content) for c in world.copies if c.last.content == oracle.DOCUMENTS}
    )
    wrong = []
    if sorted(coverage) != sorted(asked):
        wrong.append(f"rows of {sorted(coverage)} want {sorted(asked)}")
    for key in asked:
        answer = world.answer(*key)
        row = coverage.get(key, {})
        got = tuple(
            row.get(name)
            for name in ("required_nights", "covered_nights", "restorable_nights", "late_manifest")
        )
        want = (len(answer.nights), answer.covered, answer.restorable, answer.late_manifest)
        if got != want:
            wrong.append(f"coverage of {key}: got {got} want {want}")
        wrong += _compare_figures(key, row, answer)
        if months[key] != answer.months:
            wrong.append(f"months of {key}: got {months[key]} want {answer.months}")
        for night in answer.nights:
            told_night = nights[key].get(night.on, {})
            got = tuple(
                told_night.get(name)
                for name in ("places_covered", "places_restorable", "places_unknown", "late_points",
                             "manual_points", "partial_points", "failed_jobs", "is_saved_by_retry")
            )  # fmt: skip
            want = (
                len(night.covered), len(night.restorable), len(night.unknown), night.late, night.manual,
                night.partial, night.failed, night.saved_by_retry and len(night.covered) >= answer.needed,
            )  # fmt: skip
            if got != want:
                wrong.append(f"night {night.on} of {key}: got {got} want {want}")
        if set(nights[key]) != {night.on for night in answer.nights}:
            wrong.append(f"nights of {key}: {sorted(nights[key])}")
    return wrong


def _compare_figures(key: tuple[str, str], row: dict[str, Any], answer: oracle.Answer) -> list[str]:
    """Rates, the interval and the longest gap, to a billionth."""
    required = len(answer.nights)
    want = {
        "coverage_pct": 100 * answer.covered / required if required else None,
        "coverage_floor_pct": 100 * answer.covered / required if required else None,
        "coverage_max_pct": 100 * answer.coverable / required if required else None,
        "restorable_pct": 100 * answer.restorable / required if required else None,
        "largest_gap_h": answer.gap_h,
    }
    return [
        f"{name} of {key}: got {row.get(name)} want {value}"
        for name, value in want.items()
        if (row.get(name) is None) != (value is None)
        or (value is not None and abs(float(row[name]) - value) > 1e-9 * max(1.0, value))
    ]


def _compare_unknown(con: duckdb.DuckDBPyConnection, story: Any) -> list[str]:
    known = {environment.key for environment in story.environments}
    named = {
        row["environment_id"] for row in rows(con, "select * from sla_marts.backup_unknown_environments")
    }
    return [f"unknown: {named & known}"] if named & known else []


def _untold(con: duckdb.DuckDBPyConnection) -> list[str]:
    """What a world that tests anything must hold, and this one does not."""
    verdicts = Counter(
        row["verdict"] for row in rows(con, "select verdict from sla_marts.backup_point_retention")
    )
    qualities = Counter(
        row["quality"] for row in rows(con, "select quality from sla_marts.backup_point_retention")
    )
    wanted = {"present", "expired_early", "expired_on_time", "undecidable"} - set(verdicts)
    wanted |= {"good", "partial", "failed", "damaged", "broken_chain"} - set(qualities)
    return sorted(wanted)

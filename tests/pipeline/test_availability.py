"""Availability by the models against the brute-force oracle: generated worlds, cases, the real log."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.build import build
from tests.oracles import availability as oracle
from tests.pipeline import availability_worlds as worlds

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
PORTIONS, PORTION = (20, 100) if NIGHTLY else (1, 100)
DURATIONS = ("reference", "observed", "unobserved", "unavailable", "excluded", "counted")


def generated(portion: int) -> list[worlds.Example]:
    """A hundred worlds as Hypothesis draws them: gathered first, so that they share one build."""
    found: list[worlds.Example] = []

    @settings(
        max_examples=PORTION,
        derandomize=not NIGHTLY,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def gather(data: st.DataObject) -> None:
        found.append(data.draw(worlds.examples(f"w{portion}-{len(found)}")))

    gather()
    return found


def built(folder: Path, inbox: Path, contract: Path, as_of: datetime) -> duckdb.DuckDBPyConnection:
    marts = ["monthly_availability", "monthly_availability_by_cause", "monthly_service_level", "outages"]
    selection = ["--select", *(f"+{mart}" for mart in marts)]
    con = duckdb.connect(str(build(inbox, folder / "work", as_of, contract, *selection)), read_only=True)
    con.execute("set timezone = 'UTC'")
    return con


def figures(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], dict[str, Any]]:
    """The mart's rows by environment and month, durations in microseconds."""
    micros = ", ".join(f"({name}_s::decimal(38, 6) * 1000000)::hugeint as {name}" for name in DURATIONS)
    rows = con.execute(
        f"select environment_id, month::varchar as month, {micros}, is_met, verdict, availability_pct,"
        " availability_floor_pct from sla_marts.monthly_availability"
    )
    names = [column[0] for column in rows.description]
    found = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    return {(row.pop("environment_id"), row.pop("month")): row for row in found}


def by_cause(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], dict[str, int]]:
    found: dict[tuple[str, str], dict[str, int]] = {}
    for environment, month, cause, micros in con.execute(
        "select environment_id, month::varchar, cause, (excluded_s::decimal(38, 6) * 1000000)::hugeint"
        " from sla_marts.monthly_availability_by_cause where excluded_s > 0"
    ).fetchall():
        found.setdefault((environment, month), {})[cause] = micros
    return found


def differences(
    con: duckdb.DuckDBPyConnection, expected: Mapping[tuple[str, str], oracle.Figures]
) -> list[tuple[Any, ...]]:
    """Every environment and month of which the two routes do not say the same, to the microsecond."""
    found, causes = figures(con), by_cause(con)
    wrong: list[tuple[Any, ...]] = [(key, "only on one side") for key in found.keys() ^ expected.keys()]
    for key in found.keys() & expected.keys():
        row, want = found[key], expected[key]
        got = {name: row[name] for name in (*DURATIONS, "is_met", "verdict")}
        wanted = {name: getattr(want, name) for name in got}
        if got != wanted or causes.get(key, {}) != {c: us for c, us in want.by_cause.items() if us}:
            wrong.append((key, {n: (got[n], wanted[n]) for n in got if got[n] != wanted[n]}, causes.get(key)))
        if want.reference:
            rate = Fraction(want.reference - want.counted, want.reference) * 100
            floor = rate - Fraction(want.unobserved_unexcluded * 100, want.reference)
            if abs(rate - Fraction(row["availability_pct"])) > Fraction(1, 10**9) or abs(
                floor - Fraction(row["availability_floor_pct"])
            ) > Fraction(1, 10**9):
                wrong.append((key, row["availability_pct"], float(rate)))
        elif row["availability_pct"] is not None:
            wrong.append((key, "rate of an empty reference"))
    return wrong


def answers(found: Iterable[worlds.Example]) -> dict[tuple[str, str], oracle.Figures]:
    expected: dict[tuple[str, str], oracle.Figures] = {}
    for example in found:
        expected.update(oracle.availability(example.world(), worlds.AS_OF))
    return expected


def test_availability_of_generated_worlds_is_the_oracles_to_the_microsecond(tmp_path: Path) -> None:
    seen: list[oracle.Figures] = []
    for portion in range(PORTIONS):
        found = generated(portion)
        with built(
            tmp_path / str(portion), *worlds.write(tmp_path / str(portion), found), worlds.AS_OF
        ) as con:
            expected = answers(found)
            wrong = differences(con, expected)
            assert not wrong, f"{len(wrong)} of {len(expected)} months differ: {wrong[:3]}"
            sums = con.execute(
                "select (select sum(counted_s) from sla_marts.outages),"
                " (select sum(counted_s) from sla_marts.monthly_availability)"
            ).fetchone()
        assert sums and sums[0] == sums[1], "outages and months count the same seconds"
        seen += expected.values()
    assert {want.verdict for want in seen} == {None, "met", "broken", "inconclusive"}, (
        "the worlds are too tame"
    )
    assert sum(want.excluded > 0 for want in seen) >= 20, "the worlds are too tame to tell anything"

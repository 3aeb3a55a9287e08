"""Availability by the models against the brute-force oracle: generated worlds, cases, the real log."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipelines.resources import ROOT
from tests.availability import availability_worlds as worlds
from tests.build import build
from tests.oracles import availability as oracle

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


LOG = ROOT.parent / "shared" / "data" / "monitoring" / "upptime_digitaleditions.tsv"
LOG_LINE = re.compile(r"(\S+)\t(?:🟩|🟥) (.+) is (up|down) \(\d+ in \d+ ms\)")
LOG_AS_OF = datetime(2026, 8, 31, 22, tzinfo=UTC)  # the end of August in Paris


def today(name: str) -> str:
    """The name a site was given in the end, as far as its old names tell."""
    return re.sub(r" \((Redirect to|data|CodiMD).*", "", name.removeprefix("RdL – "))


@pytest.mark.skipif(not LOG.is_file(), reason="the real log lies beside the project, not in it")
def test_availability_of_the_real_log_is_the_same_by_both_routes(tmp_path: Path) -> None:
    """Every site and month, once with each name a site of its own, once with the renamed ones joined."""
    lines = [LOG_LINE.match(line) for line in LOG.read_text(encoding="utf-8").splitlines()]
    assert all(lines)
    found = [line.groups() for line in lines if line]
    names = sorted({name for _, name, _ in found})
    mappings = {
        "own": {name: f"site-{number}" for number, name in enumerate(names)},
        "joined": {name: f"joined {today(name)}" for name in names},
    }
    checks, environments = [], []
    for folder, mapping in mappings.items():
        (tmp_path / "inbox/monitoring/upptime" / folder).mkdir(parents=True)
        shutil.copy(LOG, tmp_path / "inbox/monitoring/upptime" / folder)
        toml = ["period_s = 86400", "[environments]"]
        toml += [f"{json.dumps(name, ensure_ascii=False)} = {json.dumps(e)}" for name, e in mapping.items()]
        (tmp_path / "inbox/monitoring/upptime" / folder / "source.toml").write_text("\n".join(toml), "utf-8")
        for at, name, status in found:
            row = {"environment_id": mapping[name], "probe_id": "p", "checked_at": at, "status": status}
            checks.append({**row, "period_s": "86400"})
        environments += [
            {
                "environment_id": environment,
                "client_id": "bern",
                "contract_id": "quadra-expert-2023-09",
                "kind": "production",
                "opened_on": "2020-01-01",
            }
            for environment in dict.fromkeys(mapping.values())
        ]
    registry = tmp_path / "inbox/registry/canonical/environments.ndjson"
    registry.parent.mkdir(parents=True)
    registry.write_text("".join(f"{json.dumps(row)}\n" for row in environments), "utf-8")
    contract = ROOT / "data" / "contract"
    rows = oracle.read_world(tmp_path / "none", contract).contract
    with built(tmp_path, tmp_path / "inbox", contract, LOG_AS_OF) as con:
        landed = con.execute("select status, count(*) from landing.checks group by status").fetchall()
        wrong = differences(
            con, oracle.availability(oracle.World(environments, checks, contract=rows), LOG_AS_OF)
        )
        months = con.execute(
            "select count(*), count(distinct month) from sla_marts.monthly_availability"
        ).fetchone()
        lost = con.execute(
            "select count(*) from sla_marts.outages where opened_line is null"
            " or (closed_by = 'recovery' and closed_line is null)"
        ).fetchone()
    assert dict(landed)["down"] > 2 * 700
    assert months == (len(environments) * 8, 8)
    assert not wrong, f"{len(wrong)} differ: {wrong[:3]}"
    assert lost == (0,), "every outage leads to the lines that opened and closed it"

"""Random ledgers, all in one warehouse, judged by the models and by plain Python: every entry must get the same verdict."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from hypothesis import Phase, given, settings

from tests.build import build
from tests.history.history_worlds import World, with_ids, worlds, write_contract, write_inbox
from tests.oracles.purge import Verdict, judge

AS_OF = datetime(2026, 2, 28, 12, tzinfo=UTC)
IS_NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
Found = tuple[str, frozenset[str], object, object]


def reasons(text: str) -> frozenset[str]:
    """Reasons as the oracle names them: a hold by its key, a row that could not be read by what it is."""
    parts = filter(
        None,
        re.split("; |\x1f", re.sub(r"(rejected_hold) \([^)]+ line \d+: \w+( and \d+ more)?\)", r"\1", text)),
    )
    return frozenset(match[1] if (match := re.fullmatch(r"case \((.+)\)", part)) else part for part in parts)


def wanted(verdict: Verdict) -> Found:
    shown = frozenset() if verdict.verdict == "quarantine" else frozenset(verdict.reasons)
    return verdict.verdict, shown, verdict.free_on, verdict.fiscal_year_end


def generated() -> list[World]:
    """Hypothesis's examples, gathered: building a warehouse for each of them would take days."""
    made: list[World] = []

    @settings(max_examples=5_000 if IS_NIGHTLY else 300, phases=[Phase.generate], database=None)
    @given(worlds())
    def gather(world: World) -> None:
        made.append(world)

    gather()
    return made


def test_every_entry_is_judged_as_the_oracle_judges_it(tmp_path: Path) -> None:
    folder, made = tmp_path, generated()
    inbox, contract = write_inbox(folder / "inbox", made), write_contract(folder / "contract")
    database = build(inbox, folder / "work", AS_OF, contract, "--select", "+path:models/marts/history")
    with duckdb.connect(str(database), read_only=True) as con:
        rows = con.execute(
            "select client_id, journal_code, entry_number, entry_on, verdict, own_reasons, is_tax_held, tax_held_until,"
            " is_unvalidated, has_open_item, reaches_period, is_unbalanced, free_on, fiscal_year_end, lines"
            " from sla_intermediate.int_history_entry_verdicts"
            " inner join sla_intermediate.int_history_cut_offs using (dossier_key)"
            " union all select client_id, journal_code, entry_number, entry_on, 'quarantine', null, false, null, false, false,"
            " false, false, null, null, lines from sla_intermediate.int_history_entries_unread"
        ).fetchall()
        marts = con.execute(
            "select client_id, sum(lines), sum(entries) from sla_marts.history_purge_candidates group by client_id"
        ).fetchall()
        entry_marts = con.execute(
            "select client_id, journal_code, entry_number, entry_on, verdict, reasons from sla_marts.history_purge_entries"
        ).fetchall()
    found: dict[tuple[object, ...], Found] = {}
    lines: dict[str, int] = {}
    tax_years = {f"c{number:04}": world.terms.tax_years for number, world in enumerate(made)}
    flags = ("not_validated", "open_item", "lettering_reaches_period", "unbalanced")
    for client, journal, number, day, verdict, own, is_tax, tax_until, *rest in rows:
        *marks, free_on, year_end, count = rest
        shown = {name for name, mark in zip(flags, marks, strict=True) if mark}
        shown |= {f"tax_{tax_years[client]}y until {tax_until}"} if is_tax else set()
        shown |= reasons(own or "") if verdict == "hold" else set()
        found[client, journal, number, day] = (verdict, frozenset(shown), free_on, year_end)
        lines[client] = lines.get(client, 0) + count
    wrong, verdicts = [], set()
    expected = {}
    for number, world in enumerate(made):
        client = f"c{number:04}"
        for key, verdict in judge(with_ids(world, number), world.terms, world.today).items():
            expected[(client, *key)] = wanted(verdict)
            verdicts.add(verdict.verdict)
        assert lines[client] == len(world.dossier.lines), f"{client}: lines lost or doubled"
    for key in expected.keys() | found.keys():
        if expected.get(key) != found.get(key):
            wrong.append((key, "want", expected.get(key), "got", found.get(key), made[int(str(key[0])[1:])]))
    assert not wrong, f"{len(wrong)} of {len(expected)}: {sorted(wrong, key=str)[:2]}"
    assert len(verdicts) >= 5, f"too tame to tell anything: {verdicts}"
    assert {client: total for client, total, _ in marts} == lines
    assert sum(count for *_, count in marts) == len(expected)
    for client, *key, verdict, text in entry_marts:
        if verdict != "quarantine":
            assert reasons(text) == expected[(client, *key)][1]

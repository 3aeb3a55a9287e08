"""Verdicts that are kept between runs: after any sequence of changes they are those of a warehouse built anew."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import Phase, given, settings

from pipelines.evidence import purge
from pipelines.resources import WORK_DATABASE
from pipelines.warehouse import dbt_project
from tests.build import build, land
from tests.history.history_worlds import World, worlds, write_contract, write_csv, write_inbox
from tests.oracles.purge import Dossier, Line
from tests.published import publish_again

NOON = datetime(2026, 2, 28, 12, tzinfo=UTC)
MODELS = (
    "--select", "+path:models/marts/history", "int_history_published_fingerprints", "int_history_unplaced_guards",
)  # fmt: skip
KEPT = ("int_history_entry_findings", "int_history_entry_ties", "int_history_counts")
MARTS = (
    "history_purge_candidates", "history_purge_entries", "history_purge_forecast", "history_disputed_entries",
    "history_entry_keys",
)  # fmt: skip
IS_NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


def generated(count: int) -> list[World]:
    made: list[World] = []

    @settings(max_examples=count, phases=[Phase.generate], database=None)
    @given(worlds())
    def gather(world: World) -> None:
        made.append(world)

    gather()
    return made


@dataclass
class Place:
    """An inbox, a contract and the warehouse that follows them."""

    folder: Path

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def database(self) -> Path:
        return self.folder / "work" / WORK_DATABASE

    def run(self, as_of: datetime, *, anew: bool = False) -> None:
        stamp = self.database.parent / dbt_project._DIGEST
        self.database.parent.mkdir(parents=True, exist_ok=True)
        stamp.unlink(missing_ok=True)
        if not anew:
            stamp.write_text(dbt_project._digest(dbt_project._CODE))  # as a whole build leaves it
        build(self.inbox, self.database.parent, as_of, self.folder / "contract", *MODELS)

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        with duckdb.connect(str(self.database), read_only=True) as con:
            names = [f"sla_intermediate.{name}" for name in (*KEPT, "int_history_entry_verdicts")]
            names += [f"sla_marts.{name}" for name in MARTS]
            return {name: con.execute(f"from {name} order by all").fetchall() for name in names}

    def change(self, statement: str) -> None:
        with duckdb.connect(str(self.database)) as con:
            con.execute(statement)

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.database), read_only=True) as con:
            return con.execute(query).fetchall()


def start(folder: Path, made: list[World]) -> Place:
    write_inbox(folder / "inbox", made)
    write_contract(folder / "contract")
    return Place(folder)


def some(made: list[World], chosen: random.Random, change: Callable[[World], World]) -> list[World]:
    return [change(world) if chosen.random() < 0.3 else world for world in made]


def test_after_any_sequence_of_runs_the_verdicts_are_those_of_a_rebuild(tmp_path: Path) -> None:
    """Lines arrive, holds come, are released and change, fiscal years are registered, terms change, lines are certified as
    purged, and the date asked moves by a day, over a turn of the year and back."""
    count = 1_000 if IS_NIGHTLY else 80
    made, others = generated(count), generated(count)
    chosen = random.Random(len(made))
    place = start(tmp_path, made)

    def lines_arrive() -> datetime:
        nonlocal made
        spare = iter([world.dossier.lines for world in others])
        made = some(
            made,
            chosen,
            lambda world: replace(
                world, dossier=replace(world.dossier, lines=world.dossier.lines + next(spare))
            ),
        )
        return NOON

    def holds_change() -> datetime:
        nonlocal made
        spare = iter([world.dossier.holds for world in others if world.dossier.holds] * 9)
        made = some(
            made, chosen, lambda world: replace(world, dossier=replace(world.dossier, holds=next(spare)))
        )
        return NOON + timedelta(days=3)

    def years_are_registered() -> datetime:
        nonlocal made
        spare = iter([world.dossier for world in others])
        made = some(
            made,
            chosen,
            lambda world: replace(
                world,
                dossier=replace(world.dossier, closing=(other := next(spare)).closing, years=other.years),
            ),
        )
        return NOON - timedelta(days=400)

    def terms_change() -> datetime:
        targets = tmp_path / "contract" / "targets.csv"
        text = targets.read_text()
        assert ",6,year" in text
        targets.write_text(text.replace(",6,year", ",4,year", 1))
        return NOON

    def purges_are_certified() -> datetime:
        clients = place.ask(
            "select distinct client_id from sla_marts.history_purge_entries where verdict = 'purge'"
        )
        for (client,) in sorted(clients)[:8]:
            done = purge.purge_list(place.database, tmp_path / "lists", str(client))
            purge.purge_certify(done.manifest, place.inbox, date(2026, 3, 2))
        return datetime(2027, 1, 1, 12, tzinfo=UTC)

    def nothing_but_a_day() -> datetime:
        return NOON + timedelta(days=1)

    steps = (
        lines_arrive, holds_change, years_are_registered, terms_change, purges_are_certified, nothing_but_a_day,
    )  # fmt: skip
    place.run(NOON)
    for number, step in enumerate(steps):
        before = place.rows()
        as_of = step()
        write_inbox(place.inbox, made)
        place.run(as_of)
        publish_again(place.database.parent)
        kept = place.rows()
        assert kept != before, f"{step.__name__} changed nothing: too tame to tell anything"
        # Every other step outside the nightly profile, the last one among them: what is wrongly kept stays wrong.
        if IS_NIGHTLY or number % 2:
            place.run(as_of, anew=True)
            for name, rows in place.rows().items():
                assert kept[name] == rows, f"{step.__name__}: {name} differs from a rebuild"


def test_only_dossiers_of_which_something_changed_are_judged_again(tmp_path: Path) -> None:
    place = start(tmp_path, generated(30))
    place.run(NOON)
    clients = "select count(distinct dossier_key) from sla_intermediate.int_history_counts"
    ((client,),) = place.ask("select max(client_id) from sla_intermediate.int_history_cut_offs")

    def judged_again() -> list[tuple[object, ...]]:
        found = place.ask(
            "select distinct client_id from sla_intermediate.int_history_counts"
            " inner join sla_intermediate.int_history_cut_offs using (dossier_key) where disputed_lines >= 0"
        )
        place.change("update sla_intermediate.int_history_counts set disputed_lines = -1")
        return found

    all_dossiers = place.ask(clients)
    judged_again()
    place.run(NOON)
    assert judged_again() == []  # nothing changed
    place.run(NOON + timedelta(hours=1))
    assert judged_again() == []  # another instant of the same day
    hold = {
        "hold_id": "new",
        "client_id": client,
        "reason": "case",
        "from_on": "2026-03-02",
        "until_on": "2026-03-04",
    }
    write_csv(place.inbox / "holds/canonical/more.csv", [hold])
    place.run(NOON)
    assert judged_again() == [(client,)]
    for days in (2, 5):  # the hold begins and ends, whatever else does
        place.run(NOON + timedelta(days=days))
        assert (client,) in judged_again()
        place.run(NOON + timedelta(days=days))
        assert judged_again() == []
    assert place.ask(clients) == all_dossiers


@pytest.mark.parametrize("table", KEPT)
def test_a_build_that_breaks_off_is_made_good_by_the_next(tmp_path: Path, table: str) -> None:
    """Each kept table tells by itself which dossiers it lacks: no order of writing can leave one behind."""
    place = start(tmp_path, generated(10))
    place.run(NOON)
    whole = place.rows()
    place.change(f"delete from sla_intermediate.{table} where dossier_key % 2 = 0")
    place.change(f"update sla_intermediate.{table} set fingerprint = 0 where dossier_key % 3 = 0")
    place.run(NOON)
    assert place.rows() == whole


def test_a_dossier_that_is_taken_back_leaves_nothing_behind(tmp_path: Path) -> None:
    place = start(tmp_path, generated(10))
    place.run(NOON)
    land(place.inbox, place.database.parent, NOON, tmp_path / "contract")
    place.change("delete from landing.movements where dossier_key = 1")
    place.change("insert into landing.touched_ledgers values (1)")
    place.run(NOON)
    for name in KEPT:
        assert place.ask(f"select count(*) from sla_intermediate.{name} where dossier_key = 1") == [(0,)]


def test_the_end_of_a_statutory_hold_is_noticed_in_a_year_that_spans_two(tmp_path: Path) -> None:
    """The same flag turns in both calendar years of the fiscal year at once: it must not cancel out of the fingerprint."""
    lines = tuple(
        Line("VE", number, day, account, *sides, lettering=number)
        for number, day in (("1", date(2019, 8, 1)), ("2", date(2020, 3, 1)))
        for account, sides in (("411000", (Decimal(5), Decimal())), ("707000", (Decimal(), Decimal(5))))
    )
    place = start(
        tmp_path, [World("conservative-3-6", Dossier(lines, years=((date(2019, 7, 1), date(2020, 6, 30)),)))]
    )
    verdicts = "select distinct cast(verdict as varchar) from sla_intermediate.int_history_entry_verdicts"
    for day, verdict in ((30, "hold_tax"), (31, "purge"), (30, "hold_tax")):
        place.run(datetime(2026, 6, 1, 12, tzinfo=UTC) + timedelta(days=day - 1))
        assert place.ask(verdicts) == [(verdict,)]

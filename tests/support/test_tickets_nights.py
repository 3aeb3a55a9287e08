"""Tickets night by night: verdicts kept and verdicts given anew must make the marts of an empty warehouse.

The nights of many tickets are played by the models' own SQL over one warehouse that dbt built, which takes a fraction of a second;
that dbt builds the same is shown once beside it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from pipelines.resources import WORK_DATABASE
from pipelines.warehouse import connections, dbt_project
from tests.build import build, land
from tests.support import ticket_nights as nights

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
STORIES, PORTIONS = 160, 100 if NIGHTLY else 1
RECORD, DUE = "sla_intermediate.int_ticket_record", "sla_intermediate.int_ticket_due"
SELECTION = ("--select", "+path:models/marts/support", "+int_ticket_record", "--resource-type", "model")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with few tickets, as dbt builds it, remembered as after a whole build."""
    folder = tmp_path_factory.mktemp("nights")
    inbox, contract = nights.world().write(folder)
    work = folder / "work"
    build(inbox, work, nights.NIGHTS[0], contract, *SELECTION)
    dbt_project.finish(work)
    return work


@dataclass(frozen=True)
class Step:
    """A model that is stored: its name, what the database calls it, its SQL, and its columns where rows of it are kept."""

    name: str
    relation: str
    sql: str
    kept: tuple[str, ...]

    @property
    def is_mart(self) -> bool:
        return ".sla_marts." in self.relation.replace('"', "")


class Played:
    """The stored models of support, run one after the other as dbt runs them."""

    def __init__(self, con: duckdb.DuckDBPyConnection, work: Path) -> None:
        self.con = con
        nodes = dbt_project.parsed()["nodes"]
        compiled = {path.stem: path for path in (work / "target/compiled").rglob("*.sql")}
        parents = {
            name: [one for one in node["depends_on"]["nodes"] if one in nodes]
            for name, node in nodes.items()
            if node["resource_type"] == "model" and node["name"] in compiled
        }
        ordered = [nodes[name] for name in TopologicalSorter(parents).static_order()]
        self.steps = [
            Step(
                node["name"],
                node["relation_name"],
                compiled[node["name"]].read_text(encoding="utf-8"),
                tuple(node["columns"]) if node["config"]["materialized"] == "kept" else (),
            )
            for node in ordered
            if node["config"]["materialized"] != "view"
        ]

    def night(self, *, keeps: bool) -> None:
        """All of them; where nothing is kept, but for those whose rows are kept."""
        for step in self.steps:
            if not step.kept:
                self.con.execute(f"create or replace table {step.relation} as {step.sql}")
            elif keeps:
                self.strike(step.relation)
                names = ", ".join(step.kept)
                self.con.execute(f"insert into {step.relation} ({names}) select {names} from ({step.sql})")

    def strike(self, relation: str) -> None:
        """What is due goes."""
        self.con.execute(
            f"delete from {relation} as stored using {DUE} as due where due.ticket_id = stored.ticket_id"
        )

    def marts(self, *, keeps: bool) -> dict[str, list[tuple[Any, ...]]]:
        """All marts after such a night."""
        self.night(keeps=keeps)
        return {
            step.name: self.con.execute(
                f"from {f'({step.sql})' if step.kept and not keeps else step.relation} order by all"
            ).fetchall()
            for step in self.steps
            if step.is_mart
        }

    def anew(self) -> dict[str, list[tuple[Any, ...]]]:
        """All marts of this night with nothing remembered."""
        self.con.execute(f"create or replace temp table remembered as from {RECORD}; delete from {RECORD}")
        found = self.marts(keeps=False)
        self.con.execute(f"insert into {RECORD} from remembered")
        return found


@pytest.fixture
def played(work: Path) -> Iterator[Played]:
    """All in one transaction, undone at the end."""
    with duckdb.connect(str(work / WORK_DATABASE)) as con:
        con.execute("set TimeZone = 'UTC'")
        con.execute("set disabled_optimizers = 'join_order'")  # planning takes longer than a hundred tickets
        con.begin()
        yield Played(con, work)
        con.rollback()


@pytest.mark.parametrize("portion", range(PORTIONS))
def test_marts_kept_from_night_to_night_are_those_of_an_empty_warehouse(played: Played, portion: int) -> None:
    con, chance, shares = played.con, Random(portion), []
    found = [nights.story(chance, f"t{number}") for number in range(STORIES)]
    for night, as_of in enumerate(nights.NIGHTS):
        nights.write_night(con, found, night)
        nights.change(con, night)
        con.execute("update landing.run set as_of = ?", [as_of])
        kept = played.marts(keeps=True)
        shares += con.execute(SHARE).fetchone() or []
        # Outside the nightly profile not every night: what is wrongly kept stays wrong until all is judged anew.
        anew = played.anew() if NIGHTLY or night in nights.TELLING else kept
        for mart, rows in kept.items():
            wrong = set(rows) ^ set(anew[mart])
            assert rows == anew[mart], (
                f"night {night}, {mart}: {len(wrong)} rows differ, {sorted(map(str, wrong))[:4]}"
            )
        assert kept["ticket_commitments"] and kept["ticket_contradictions"]
    assert sum(share < 0.85 for share in shares) >= 3, f"too little was kept to tell anything: {shares}"


SHARE = """
select (select count(*) from sla_intermediate.int_ticket_due where fingerprint is not null) / count(*)
from (
    select ticket_id from landing.tickets union select ticket_id from landing.ticket_events
    union select ticket_id from landing.pauses union select ticket_id from landing.criticality_changes
)
"""


KEPT = ("ticket_commitments", "ticket_criticality_changes", "ticket_contradictions")


def tickets(work: Path, where: str = "true") -> dict[str, set[str]]:
    """Tickets of the kept marts."""
    with connections.writer(work / WORK_DATABASE) as con:
        return {
            mart: {
                name
                for (name,) in con.execute(f"select ticket_id from sla_marts.{mart} where {where}").fetchall()
            }
            for mart in KEPT
        }


def marked(work: Path) -> None:
    """All rows of the kept marts bear a mark, which goes when they are made anew."""
    with connections.writer(work / WORK_DATABASE) as con:
        for mart in KEPT:
            con.execute(f"update sla_marts.{mart} set file = 'mark'")


def built(work: Path, *but: str) -> None:
    outcomes = dbt_project.build(work, *SELECTION, *but)
    bad = [f"{outcome.unique_id}: {outcome.message}" for outcome in outcomes if outcome.is_bad]
    assert not bad, bad
    dbt_project.finish(work)


def test_a_night_judges_anew_what_is_open_sent_again_or_taken_back_and_what_a_build_did_not_end(
    work: Path, tmp_path: Path
) -> None:
    shutil.copytree(work.parent, tmp_path / "fed")
    fed, inbox = tmp_path / "fed/work", tmp_path / "fed/inbox"
    assert tickets(fed)["ticket_contradictions"] == set(nights.SENT)
    marked(fed)
    nights.send_again(inbox)
    land(inbox, fed, nights.NIGHTS[1], tmp_path / "fed/contract")
    built(fed)
    assert tickets(fed, "file = 'mark'") == {mart: {"settled"} for mart in KEPT}
    assert all(names == {"settled", "open", "waits", "corrected", "new"} for names in tickets(fed).values())
    marked(fed)
    built(fed)
    assert tickets(fed, "file = 'mark'") == tickets(fed), "nothing is due where the same is asked again"
    land(inbox, fed, nights.NIGHTS[3], tmp_path / "fed/contract")
    built(fed, "--exclude", "int_ticket_record")  # and then the machine goes down
    marked(fed)
    built(fed)
    assert tickets(fed, "file = 'mark'") == {mart: {"settled", "corrected", "new"} for mart in KEPT}


# What a ticket's verdict rests on, changed: statement, and the tickets whose fingerprint is another.
ALL = {"own", "log", "waits", "namesake"}
FACTS = {
    "update landing.files set name = 'another'": set(),
    "update landing.environments set contract_id = 'plain' where environment_id = 'env-desk'": {"own"},
    "update landing.environments set environment_id = 'moved' where environment_id = 'env-desk'": {"own"},
    "update sla_contract.contract_files set sha256 = 'changed' where name = 'targets.csv'": ALL,
    "update sla_contract.term_defaults set value = 'changed' where term = 'waiting_stops_clock'": ALL,
    "update sla_contract.zone_offsets set utc_offset_s = 0": ALL,
    "insert into landing.assignments (client_id, user_id, assigned_on, line, file_id)"
    " values ('desk', 'ann', '2026-02-20', 2, 0)": {"own", "log"},
    "insert into landing.assignments (client_id, user_id, assigned_on, line, file_id)"
    " values ('plain', 'bob', '2026-02-20', 2, 0)": set(),
    "delete from landing.pauses where ticket_id = 'waits'": {"waits"},
    "insert into landing.criticality_changes (ticket_id, changed_at, criticality, line, file_id)"
    " values ('own', '2026-03-01', 'high', 2, 0)": {"own"},
}


def test_a_fingerprint_covers_each_cell_of_a_ticket_and_what_registers_and_contract_say_of_it(
    played: Played,
) -> None:
    con, ticket = (
        played.con,
        {"environment_id": "env-desk", "user_id": "ann", "created_at": nights.LAST, "anomaly_level": "1"},
    )
    event = {"event_at": nights.LAST, "event": "created", "role": "created", "sequence": 0, "user_id": "ann"}
    told: list[tuple[str, nights.Row]] = [
        ("tickets", {"ticket_id": "own", "client_id": "desk", **ticket}),
        (
            "tickets",
            {"ticket_id": "namesake", "client_id": "plain", "user_id": "ann", "created_at": nights.LAST},
        ),
        ("ticket_events", {"ticket_id": "log", "client_id": "plain", **event}),
        ("pauses", {"ticket_id": "waits", "paused_from": nights.LAST}),
    ]

    def tell(file_id: int) -> None:
        for table in nights.TABLES:
            con.execute(f"delete from landing.{table}")
        nights.read(con, file_id, told)

    def another(statement: str) -> set[str]:
        before = fingerprints(played)
        con.execute(statement)
        after = fingerprints(played)
        return {ticket for ticket in before | after if before.get(ticket) != after.get(ticket)}

    for file_id, (table, ticket_id) in enumerate(
        (("tickets", "own"), ("ticket_events", "log"), ("pauses", "waits")), 100
    ):
        tell(file_id)
        for name, kind in con.execute(
            f"select name, type from pragma_table_info('landing.{table}')"
        ).fetchall():
            if name not in UNTOLD and f"{table}.{name}" not in UNTOLD:
                value = "coalesce(line, 0) + 7" if kind in ("BIGINT", "INTEGER") else VALUES[kind]
                changed = another(
                    f"update landing.{table} set {name} = {value} where ticket_id = '{ticket_id}'"
                )
                assert changed == {ticket_id}, f"{table}.{name}: {changed}"
    tell(99)
    for statement, concerned in FACTS.items():
        assert another(statement) == concerned, statement


UNTOLD = {"ticket_id", "subject", "agent", "pauses.sequence"}  # no mart tells them
VALUES = {"VARCHAR": "'another'", "TIMESTAMP WITH TIME ZONE": "timestamptz '2026-03-02'"}


def fingerprints(played: Played) -> dict[str, int]:
    for step in played.steps:
        if step.name == "int_ticket_fingerprints":
            return dict(played.con.execute(step.sql).fetchall())
        if not step.kept:
            played.con.execute(f"create or replace table {step.relation} as {step.sql}")
    raise AssertionError("no fingerprints")

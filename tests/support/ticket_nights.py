"""Tickets night by night: what becomes of single tickets, drawn at random, and of what they are judged by.

Rows are put straight into landing, as readings of files are, one file for what comes of a ticket in a night.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import duckdb

from tests.oracles.business_time import Schedule
from tests.support.ticket_worlds import OFFICE, WORKING_DAY, Row, World

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
FIRST = datetime(2026, 3, 10, 12, tzinfo=UTC)
# What is asked each night: later, the same again, later, earlier, much later, and the same again.
NIGHTS = tuple(FIRST + days * DAY for days in (0, 1, 1, 6, 8, 2, 20, 20))
TELLING = (4, 5, 6, 7)  # the question goes back in 5, and in 7 the contract changes: all is judged anew
LAST = FIRST - timedelta(hours=12)  # the last instant of a ticket that is over before all nights
TABLES = ("tickets", "pauses", "criticality_changes", "ticket_events")
OPENED_ON, COVERS_UNTIL = "2026-01-01", date(2026, 6, 1)
CLIENTS = ("desk", "plain", "late", "nobody")
ENVIRONMENTS = (None, None, "env-desk", "env-plain", "env-late", "env-nowhere")
USERS = (None, None, "ann", "bob")
ROLES = (
    "created", "acknowledged", "taken_in_charge", "qualified", "action_plan", "fix_or_workaround", "closed",
    "reopened", "paused", "resumed", "criticality", "not_covered",
)  # fmt: skip
CRITICALITIES = ("critical", "high", "moderate", None, "whatever")
STEPS = (
    "acknowledged_at", "taken_in_charge_at", "qualified_at", "action_plan_at", "fix_or_workaround_at", "closed_at",
)  # fmt: skip


def world() -> World:
    """Two contracts, of which one lets waiting stop the clock; limits in hours and in working days; certifications."""
    made = World()
    for contract_id, waiting in (("desk", "true"), ("plain", "false")):
        holidays = frozenset({date(2026, 3, 12), date(2026, 4, 6)})
        clocks = {
            clock: Schedule("Europe/Paris", windows, holidays, covers_until=COVERS_UNTIL)
            for clock, windows in (("support", OFFICE), ("working_day", WORKING_DAY))
        }
        made.add_contract(contract_id, clocks, waiting_stops_clock=waiting, learning_phase_months="1")
        for criticality, hours in (("critical", 4), ("high", 6), ("moderate", 40)):
            made.add_target(contract_id, "take_in_charge", criticality, hours, "h", "support")
        made.add_target(contract_id, "action_plan", "1", 12, "h", "support")
        made.add_target(contract_id, "fix_or_workaround", "2", 3, "working_day", "working_day")
        made.add_target(contract_id, "certification_pass_mark", "", 70, "pct", "")
        made.add_target(contract_id, "certification_retry_wait", "", 7, "day", "")
        made.add_coverage(contract_id, "", "paid_service", "paid_service")
        made.contract["coverage"].append(
            {
                **made.contract["coverage"][-1],
                "kind": "usage_question",
                "user_status": "neither",
                "reason": "user_not_certified",
            }
        )
    for environment in made.inbox["registry/canonical/environments.csv"]:
        environment["opened_on"] = OPENED_ON
    # Each with a contradiction; one of them lies in a folder of its own.
    for ticket_id in SENT:
        closed_at = None if ticket_id == "open" else LAST
        more = {"criticality": "high", "taken_in_charge_at": FIRST - 3 * DAY, "closed_at": closed_at}
        made.add_ticket(ticket_id, "desk", FIRST - 2 * DAY, **more)
    made.add_pauses("waits", [(FIRST - 2 * DAY, None)])  # closed, and nothing says that waiting has ended
    made.inbox["tickets/canonical/redo/tickets.csv"].append(made.inbox["tickets/canonical/tickets.csv"].pop())
    return made


SENT = ("settled", "open", "waits", "corrected", "taken-back")


def send_again(inbox: Path) -> None:
    """The files of the next night: a ticket is new, one is sent with other values, one is taken back by its folder's settings."""
    folder = inbox / "tickets/canonical"
    header, *rows = (folder / "tickets.csv").read_text(encoding="utf-8").splitlines()
    corrected = next(row for row in rows if row.startswith("corrected,"))
    again = (corrected.replace("high", "moderate"), corrected.replace("corrected,", "new,"))
    (folder / "tickets-2.csv").write_text("\n".join((header, *again)) + "\n", encoding="utf-8")
    (folder / "redo/tickets.csv").write_text(header + "\n", encoding="utf-8")
    (folder / "redo/source.toml").write_text('time_zone = "UTC"\n', encoding="utf-8")


EDGES = [asked + step for asked in sorted(set(NIGHTS)) for step in (-SECOND, 0 * DAY, SECOND)]
WHEN = ("created_at", "paused_from", "changed_at", "event_at")


def early(chance: Random) -> datetime:
    """Before all nights."""
    return FIRST - timedelta(hours=chance.randint(24, 30 * 24))


def around(chance: Random) -> datetime:
    """About the nights, often exactly at, or one second beside, an instant asked."""
    return chance.choice((chance.choice(EDGES), FIRST + timedelta(hours=chance.randint(-48, 8 * 24))))


def told(chance: Random, ticket_id: str, source: str, when: str) -> list[tuple[str, Row]]:
    """Rows that a file tells of a ticket: what it is, or a part of what happened to it. `when`: all of it before all nights ("over"),
    but for one thing ("ahead"), so much of it as happened at all ("begun"), or anywhere around them ("any")."""
    is_over = when in ("over", "ahead")

    def instant() -> datetime:
        return around(chance) if when == "any" else early(chance)

    def maybe() -> datetime | None:
        return instant() if is_over or chance.random() < 0.5 else None

    rows: list[tuple[str, Row]] = []
    asks: Row = {
        "ticket_id": ticket_id,
        "client_id": chance.choice(CLIENTS),
        "environment_id": chance.choice(ENVIRONMENTS),
        "user_id": chance.choice(USERS),
        "channel": chance.choice(("support", "support", "customer_service")),
        "kind": chance.choice(("incident", "anomaly", "usage_question", "paid_service")),
        "anomaly_level": chance.choice((None, None, "1", "2", "3")),
    }
    begun_at = instant()
    if source == "own" and chance.random() < 0.8:
        reason = chance.choice((None, None, None, "duplicate"))
        more = {"created_at": begun_at, "not_covered_reason": reason}
        steps = {step: maybe() for step in STEPS}
        rows.append(("tickets", {**asks, **more, **steps, "criticality": chance.choice(CRITICALITIES)}))
    if source == "log":
        end = ("taken_in_charge", "closed") if is_over else ()
        for role in (*chance.choices(ROLES, k=chance.randint(1, 4)), *end):
            criticality = chance.choice((*CRITICALITIES, None, None))
            happened = {"event_at": LAST if role in end else instant(), "event": role, "role": role}
            known = {
                "criticality": criticality if criticality != "whatever" else None,
                "criticality_given": criticality,
            }
            rows.append(("ticket_events", {**asks, **happened, **known, "sequence": 0}))
    for _ in range(chance.choice((0, 1) if when == "ahead" else (0, 0, 0, 1, 2))):
        # Waiting moves a due instant only while the limit is not used up.
        paused_from = chance.choice((begun_at, instant()))
        rows.append(("pauses", {"ticket_id": ticket_id, "paused_from": paused_from, "paused_until": maybe()}))
    for _ in range(chance.choice((0, 1) if when == "ahead" else (0, 0, 0, 1))):
        changed = {"changed_at": instant(), "criticality": chance.choice(CRITICALITIES)}
        rows.append(("criticality_changes", {"ticket_id": ticket_id, **changed}))
    if when == "ahead" and rows:
        _, row = chance.choice(rows)
        moved = chance.choice([name for name in row if name in (*STEPS, *WHEN, "paused_until")])
        row[moved] = around(chance) if moved in WHEN or chance.random() < 0.5 else None
    return rows


@dataclass
class Story:
    """What comes of one ticket, by night, and the nights whose file is taken back, by the night in which that happens."""

    comes: dict[int, list[tuple[str, Row]]] = field(default_factory=dict)
    taken_back: dict[int, int] = field(default_factory=dict)


def story(chance: Random, ticket_id: str) -> Story:
    source = chance.choice(("own", "own", "log", "both"))
    when = chance.choice(("over", "over", "begun", "ahead", "ahead", "any"))
    first = chance.choice((0, 0, 0, 3))
    later = chance.sample(range(first, len(NIGHTS)), k=chance.choice((0, 0, 1, 2)))
    found = Story()
    for night in sorted({first, *later}):
        form = chance.choice(("own", "log")) if source == "both" else source
        found.comes[night] = told(chance, ticket_id, form, when)
    for night in found.comes:
        if chance.random() < 0.1:
            found.taken_back[chance.randint(night, len(NIGHTS) - 1)] = night
    return found


KEYS = {
    "tickets": ("ticket_id",),
    "pauses": ("ticket_id", "paused_from"),
    "criticality_changes": ("ticket_id", "changed_at"),
    "ticket_events": ("ticket_id", "event_at", "event", "sequence"),
}


def file_of(night: int, number: int) -> int:
    """Readings are numbered in the order they come; those of registry and contract came before."""
    return (night + 1) * 10_000 + number


def write_night(con: duckdb.DuckDBPyConnection, found: Sequence[Story], night: int) -> None:
    """What comes and what is taken back in a night; what is sent again replaces what was sent before."""
    for number, story in enumerate(found):
        came = story.taken_back.get(night)
        if came is not None and came < night:
            taken_back = file_of(came, number)
            for table in TABLES:
                con.execute(f"delete from landing.{table} where file_id = ?", [taken_back])
            con.execute("delete from landing.files where file_id = ?", [taken_back])
        if night in story.comes:
            read(con, file_of(night, number), story.comes[night])


def read(con: duckdb.DuckDBPyConnection, file_id: int, rows: Sequence[tuple[str, Row]]) -> None:
    """Rows of one reading of a file."""
    con.execute(
        "insert into landing.files select ?, 'tickets', 'canonical', ?, '', '', 0, 0, 0, 0, 0, 0, null, null, [], 't', now()",
        [file_id, f"file-{file_id}"],
    )
    for line, (table, row) in enumerate(rows, 2):
        key = " and ".join(f"{name} = ?" for name in KEYS[table])
        con.execute(f"delete from landing.{table} where {key}", [row[name] for name in KEYS[table]])
        stored = {**row, "file_id": file_id, "line": line}
        marks = ", ".join("?" for _ in stored)
        con.execute(
            f"insert into landing.{table} ({', '.join(stored)}) values ({marks})", list(stored.values())
        )


# What tickets are judged by, as it changes between nights; those of the last nights concern all tickets.
CHANGES: dict[int, tuple[str, ...]] = {
    0: (
        "insert into landing.assignments (client_id, user_id, assigned_on, line, file_id) values ('desk', 'ann', '2026-02-20', 2, 0)",
    ),
    2: (
        "insert into landing.environments (environment_id, client_id, contract_id, kind, opened_on, line, file_id)"
        " values ('env-late', 'late', 'plain', 'production', '2026-02-01', 2, 0)",
        "insert into landing.attempts (client_id, attempt_id, user_id, attempted_on, score_pct, line, file_id)"
        " values ('desk', 'a', 'ann', '2026-03-05', 90, 2, 0)",
    ),
    3: (
        "insert into landing.major_versions (contract_id, version, released_on, line, file_id)"
        " values ('desk', '2', '2026-03-14', 2, 0)",
        "insert into landing.assignments (client_id, user_id, assigned_on, line, file_id) values ('plain', 'bob', '2026-01-20', 3, 0)",
    ),
    4: (
        "update landing.environments set contract_id = 'plain', client_id = 'plain' where environment_id = 'env-desk'",
    ),
    7: (
        "update sla_contract.targets set value = 5 where criticality = 'high'",
        "update sla_contract.contract_files set sha256 = 'changed' where name = 'targets.csv'",
    ),
}


def change(con: duckdb.DuckDBPyConnection, night: int) -> None:
    for statement in CHANGES.get(night, ()):
        con.execute(statement)

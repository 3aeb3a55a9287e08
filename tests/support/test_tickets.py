"""Support commitments by hand: every outcome, reason and list, on small contracts; and beside two well-
known libraries.

One warehouse serves all tests of this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import businesstimedelta
import duckdb
import pandas as pd
import pytest

from tests.build import build
from tests.oracles.business_time import Schedule
from tests.support.ticket_worlds import OFFICE, WORKING_DAY, World

PARIS = ZoneInfo("Europe/Paris")
AS_OF = datetime(2024, 7, 1, 10, tzinfo=PARIS)
HOLIDAYS = frozenset({date(2024, 5, 1), date(2024, 5, 8), date(2024, 5, 9), date(2024, 5, 20)})
SUPPORT, DAYS = Schedule("Europe/Paris", OFFICE, HOLIDAYS), Schedule("Europe/Paris", WORKING_DAY, HOLIDAYS)
# The libraries know no zone: their contract is in UTC, its windows end on the hour.
PLAIN = Schedule("UTC", OFFICE, frozenset({date(2024, 5, 1), date(2024, 5, 8)}))
LIBRARY_TICKETS = 150


def at(text: str, zone: ZoneInfo = PARIS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def _desk(world: World) -> None:
    """The tickets of one client, one rule each."""
    world.add_contract("desk", {"support": SUPPORT, "working_day": DAYS})
    for criticality, hours in (("critical", 4), ("high", 6), ("moderate", 8)):
        world.add_target("desk", "take_in_charge", criticality, hours, "h", "support")
    world.add_target("desk", "action_plan", "1", 720, "min", "support")
    world.add_target("desk", "fix_or_workaround", "2", 6, "working_day", "working_day")
    for channel, kind, reason, clause in (
        ("customer_service", "", "customer_service", "art. 16"),
        ("", "usage_question", "usage_question", "art. 15"),
        ("", "", "duplicate", "art. 14"),
    ):
        world.add_coverage("desk", channel, kind, reason, clause)

    def ticket(
        key: str, created: str, taken: str | None = None, criticality: str = "critical", **more: object
    ) -> None:
        world.add_ticket(
            key,
            "desk",
            at(created),
            criticality=criticality,
            **more,
            **({"taken_in_charge_at": at(taken)} if taken else {}),
        )

    ticket("exact", "2024-06-04 10:00", "2024-06-04 14:00")
    ticket("one-second", "2024-06-04 10:00", "2024-06-04 14:00:01")
    ticket("one-microsecond", "2024-06-04 10:00", "2024-06-04 14:00:00.000001")
    ticket("after-closing", "2024-06-04 09:00", "2024-06-04 17:20", "moderate")
    ticket("before-start", "2024-06-04 06:00", "2024-06-04 06:30")
    ticket("before-created", "2024-06-04 10:00", "2024-06-03 10:00")
    ticket("week-end", "2024-06-08 10:00", "2024-06-10 13:00")
    ticket("waits-for-nothing", "2024-06-04 10:00", "2024-06-04 16:00")  # this contract grants no pause
    ticket("running", "2024-06-28 16:00", acknowledged_at=at("2024-06-28 16:00:30"))
    ticket("overdue", "2024-06-28 10:00")
    ticket("odd", "2024-06-04 10:00", "2024-06-04 11:00", "très urgent !")
    ticket("none", "2024-06-04 10:00", "2024-06-04 11:00", "")
    ticket("spelt", "2024-06-04 10:00", "2024-06-04 11:00", " High ")
    ticket("service", "2024-06-04 10:00", "2024-06-06 11:00", channel="customer_service")
    ticket("question", "2024-06-04 10:00", "2024-06-06 11:00", kind="usage_question")
    ticket("twin", "2024-06-04 10:00", not_covered_reason="duplicate")
    ticket("own-words", "2024-06-04 10:00", not_covered_reason="hors sujet")
    ticket(
        "plan-met",
        "2024-05-02 10:00",
        "2024-05-02 10:10",
        kind="anomaly",
        anomaly_level="1",
        qualified_at=at("2024-05-02 14:00"),
        action_plan_at=at("2024-05-06 10:00"),
    )
    ticket(
        "fix-last-instant",
        "2024-04-30 09:00",
        "2024-04-30 09:30",
        kind="anomaly",
        anomaly_level="2",
        qualified_at=at("2024-04-30 10:00"),
        fix_or_workaround_at=at("2024-05-13 23:59:59"),
    )
    ticket(
        "fix-late",
        "2024-04-30 09:00",
        "2024-04-30 09:30",
        kind="anomaly",
        anomaly_level="2",
        qualified_at=at("2024-04-30 10:00"),
        fix_or_workaround_at=at("2024-05-14 00:00:01"),
    )
    ticket(
        "level-3",
        "2024-06-03 09:00",
        "2024-06-03 09:30",
        kind="anomaly",
        anomaly_level="3",
        qualified_at=at("2024-06-03 10:00"),
    )
    ticket("to-qualify", "2024-06-28 09:00", "2024-06-28 09:30", kind="anomaly", anomaly_level="2")
    ticket(
        "no-level",
        "2024-06-03 09:00",
        "2024-06-03 09:30",
        kind="anomaly",
        qualified_at=at("2024-06-03 10:00"),
    )
    ticket("closed-early", "2024-06-04 10:00", "2024-06-04 12:00", closed_at=at("2024-06-04 11:00"))
    ticket("closed-only", "2024-06-04 10:00", closed_at=at("2024-06-04 10:30"))
    ticket("tomorrow", "2024-07-02 10:00", "2024-07-02 11:00")
    ticket("stranger", "2024-06-04 10:00", "2024-06-04 11:00", client_id="nobody")
    ticket(
        "qualified-years-before",
        "2024-06-03 09:00",
        "2024-06-03 09:30",
        kind="anomaly",
        anomaly_level="1",
        qualified_at=at("2021-06-03 10:00"),
        action_plan_at=at("2021-06-03 12:00"),
    )
    ticket("far-future", "2124-06-03 09:00")
    world.add_pauses("waits-for-nothing", [(at("2024-06-04 11:00"), at("2024-06-04 15:00"))])
    world.add_pauses("nowhere", [(at("2024-06-04 11:00"), at("2024-06-04 15:00"))])
    world.inbox["tickets/canonical/criticality_changes.csv"] += [
        {"ticket_id": "exact", "changed_at": at("2024-06-04 11:00").isoformat(), "criticality": "moderate"},
        {"ticket_id": "exact", "changed_at": at("2024-06-04 12:00").isoformat(), "criticality": "moderate"},
    ]


def _plain(world: World) -> list[tuple[str, datetime, int, datetime]]:
    """Tickets for the libraries: registered inside and outside opening, on week-ends and holidays, limits up
    to 40 hours.
    """
    chance, made = Random(14), []
    world.add_contract("plain", {"support": PLAIN})
    limits = {"critical": 3, "high": 8, "moderate": 40}
    for criticality, hours in limits.items():
        world.add_target("plain", "take_in_charge", criticality, hours, "h", "support")
    for number in range(LIBRARY_TICKETS):
        created = datetime(2024, 4, 22, tzinfo=UTC) + timedelta(seconds=chance.randrange(25 * 86_400))
        taken = created + timedelta(seconds=chance.randrange(10 * 86_400))
        criticality = chance.choice(list(limits))
        world.add_ticket(f"p{number}", "plain", created, criticality=criticality, taken_in_charge_at=taken)
        made.append((f"p{number}", created, limits[criticality], taken))
    return made


@pytest.fixture(scope="module")
def built(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[tuple[str, datetime, int, datetime]]]]:
    folder, world = tmp_path_factory.mktemp("desk"), World()
    _desk(world)
    plain = _plain(world)
    inbox, contract = world.write(folder)
    database = build(
        inbox,
        folder / "work",
        AS_OF,
        contract,
        "--select",
        "+models/marts/support",
        "+unjudged",
        "--indirect-selection",
        "cautious",  # tests of models that are not built here stay out
    )
    with duckdb.connect(str(database), read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        yield con, plain


@pytest.fixture
def desk(built: tuple[duckdb.DuckDBPyConnection, object]) -> duckdb.DuckDBPyConnection:
    return built[0]


def one(
    desk: duckdb.DuckDBPyConnection, ticket_id: str, columns: str, commitment: str = "take_in_charge"
) -> tuple[object, ...]:
    rows = desk.execute(
        f"select {columns} from sla_marts.ticket_commitments where ticket_id = ? and commitment = ?",
        [ticket_id, commitment],
    ).fetchall()
    assert len(rows) == 1, rows
    return tuple(rows[0])


@pytest.mark.parametrize(
    ("ticket_id", "elapsed_s", "outcome"),
    [
        ("exact", "14400", "met"),
        ("one-second", "14401", "breached"),
        ("one-microsecond", "14400.000001", "breached"),
        ("after-closing", "28800", "met"),
        ("before-start", "0", "met"),
        ("before-created", "0", "met"),
        ("week-end", "14400", "met"),
        ("waits-for-nothing", "21600", "breached"),
        ("running", "7200", "running"),
        ("overdue", "28800", "breached"),
        ("spelt", "3600", "met"),
        ("closed-only", "547200", "breached"),
    ],
)
def test_tickets_are_judged_on_business_time_to_the_second(
    desk: duckdb.DuckDBPyConnection, ticket_id: str, elapsed_s: str, outcome: str
) -> None:
    assert one(desk, ticket_id, "elapsed_s, outcome") == (Decimal(elapsed_s), outcome)


def test_tickets_registered_while_closed_start_at_the_next_opening(desk: duckdb.DuckDBPyConnection) -> None:
    assert one(desk, "week-end", "clock_started_at, due_at") == (
        at("2024-06-10 09:00"),
        at("2024-06-10 13:00"),
    )


def test_tickets_limit_used_up_at_closing_is_due_at_closing(desk: duckdb.DuckDBPyConnection) -> None:
    assert one(desk, "after-closing", "due_at, left_s") == (at("2024-06-04 17:00"), Decimal(0))


@pytest.mark.parametrize(
    ("ticket_id", "reason", "clause"),
    [
        ("service", "customer_service", "art. 16"),
        ("question", "usage_question", "art. 15"),
        ("twin", "duplicate", "art. 14"),
        ("own-words", "hors sujet", None),
    ],
)
def test_tickets_out_of_scope_keep_reason_and_article(
    desk: duckdb.DuckDBPyConnection, ticket_id: str, reason: str, clause: str | None
) -> None:
    found = one(desk, ticket_id, "outcome, not_covered_reason, clause, due_at")
    assert found[:2] == ("not_covered", reason) and found[3] is None
    assert found[2] == clause


@pytest.mark.parametrize("ticket_id", ["odd", "none"])
def test_tickets_of_unknown_criticality_are_unclassified_never_moderate(
    desk: duckdb.DuckDBPyConnection, ticket_id: str
) -> None:
    assert one(desk, ticket_id, "outcome, criticality, due_at") == ("unclassified", None, None)


def test_tickets_of_a_client_in_no_contract_are_unclassified_and_listed(
    desk: duckdb.DuckDBPyConnection,
) -> None:
    assert one(desk, "stranger", "outcome, contract_id, client_id") == ("unclassified", None, "nobody")
    assert ("stranger", "client_not_in_registry") in contradictions(desk)


@pytest.mark.parametrize(
    ("ticket_id", "commitment", "outcome", "due"),
    [
        ("plan-met", "action_plan", "met", "2024-05-06 10:00"),
        ("fix-last-instant", "fix_or_workaround", "met", "2024-05-14 00:00"),
        ("fix-late", "fix_or_workaround", "breached", "2024-05-14 00:00"),
        ("level-3", "fix_or_workaround", "no_commitment", None),
        ("to-qualify", "fix_or_workaround", "awaiting_qualification", None),
        ("no-level", "fix_or_workaround", "unclassified", None),
        ("qualified-years-before", "action_plan", "met", "2021-06-04 14:00"),
    ],
)
def test_tickets_about_anomalies_are_judged_by_their_level(
    desk: duckdb.DuckDBPyConnection, ticket_id: str, commitment: str, outcome: str, due: str | None
) -> None:
    assert one(desk, ticket_id, "outcome, due_at", commitment) == (outcome, at(due) if due else None)


def test_tickets_awaiting_qualification_tell_their_age(desk: duckdb.DuckDBPyConnection) -> None:
    assert one(desk, "to-qualify", "awaiting_s", "fix_or_workaround") == (
        Decimal((AS_OF - at("2024-06-28 09:00")).total_seconds()),
    )


def contradictions(desk: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    return set(desk.execute("select ticket_id, rule from sla_marts.ticket_contradictions").fetchall())


def test_tickets_that_contradict_themselves_are_listed(desk: duckdb.DuckDBPyConnection) -> None:
    assert contradictions(desk) == {
        ("before-created", "taken_before_created"),
        ("closed-early", "closed_before_taken"),
        ("closed-only", "closed_never_taken"),
        ("stranger", "client_not_in_registry"),
        ("odd", "unknown_criticality"),
        ("none", "unknown_criticality"),
        ("no-level", "qualified_without_level"),
        ("own-words", "reason_not_in_contract"),
        ("nowhere", "pause_of_unknown_ticket"),
        ("qualified-years-before", "qualified_before_created"),
        ("qualified-years-before", "qualified_before_taken"),
    }


def test_tickets_keep_the_criticality_of_registration_and_show_the_change(
    desk: duckdb.DuckDBPyConnection,
) -> None:
    rows = desk.execute(
        "select criticality_before, criticality, is_at_registration, changed_at"
        " from sla_marts.ticket_criticality_changes"
        " where ticket_id = 'exact' order by place"
    ).fetchall()
    assert rows == [
        (None, "critical", True, at("2024-06-04 10:00")),
        ("critical", "moderate", False, at("2024-06-04 11:00")),
    ]


def test_tickets_at_risk_come_in_order_of_time_left(desk: duckdb.DuckDBPyConnection) -> None:
    rows = desk.execute(
        "select ticket_id, left_s, place from sla_marts.tickets_at_risk order by place"
    ).fetchall()
    assert rows == [("running", Decimal(7200), 1)]


def test_tickets_open_at_as_of_have_an_age_and_a_stage(desk: duckdb.DuckDBPyConnection) -> None:
    rows = dict(
        desk.execute("select ticket_id, (stage, age_s)::varchar from sla_marts.open_ticket_ages").fetchall()
    )
    assert rows["overdue"].startswith("(not_taken, 259200") and rows["to-qualify"].startswith("(to_qualify")
    assert "closed-only" not in rows


# ---------------------------------------------------------------- what is later than as_of
SUPPORT_MARTS = (
    "ticket_commitments",
    "monthly_sla_adherence",
    "ticket_criticality_changes",
    "tickets_at_risk",
    "open_ticket_ages",
    "ticket_elapsed_percentiles",
    "monthly_acknowledgements",
    "ticket_contradictions",
)


def test_tickets_registered_after_as_of_are_in_no_figure_but_counted_aside(
    desk: duckdb.DuckDBPyConnection,
) -> None:
    found = desk.execute(
        "select 'commitment' from sla_marts.ticket_commitments where ticket_id = 'tomorrow'"
        " union all select 'contradiction' from sla_marts.ticket_contradictions where ticket_id = 'tomorrow'"
        " union all select 'month' from sla_marts.monthly_acknowledgements where month >= date '2024-07-01'"
    ).fetchall()
    assert not found
    aside = desk.execute(
        "select name, mentions from sla_marts.unjudged where reason like '%as_of'"
    ).fetchall()
    assert aside == [("desk", 2)]


def _known_at(world: World, as_of: datetime) -> World:
    """The same world without what is later than that instant."""
    known = World(contract=world.contract)
    begins = {
        "tickets.csv": "created_at",
        "pauses.csv": "paused_from",
        "criticality_changes.csv": "changed_at",
    }
    for path, rows in world.inbox.items():
        begin = begins.get(path.rpartition("/")[2])
        for row in rows:
            later = {
                name
                for name, value in row.items()
                if value and name.endswith(("_at", "_from", "_until"))
                if datetime.fromisoformat(str(value)) > as_of
            }
            if begin not in later:
                known.inbox[path].append({**row, **dict.fromkeys(later, "")})
    return known


def test_asking_about_the_past_gives_the_answer_of_then(tmp_path: Path) -> None:
    """Whatever came later, in the same rows or in others, changes no mart."""
    as_of, world = at("2024-06-04 11:30"), World()
    _desk(world)
    world.contract["terms"].append(
        {
            "contract_id": "desk",
            "term": "waiting_stops_clock",
            "value": "true",
            "valid_from": "1990-01-01",
            "clause": "test",
        }
    )
    answers = []
    for name, told in (("then", _known_at(world, as_of)), ("later", world)):
        inbox, contract = told.write(tmp_path / name)
        database = build(
            inbox, tmp_path / name / "work", as_of, contract, "--select", "+models/marts/support"
        )
        with duckdb.connect(str(database), read_only=True) as con:
            answers.append(
                {
                    mart: sorted(
                        con.execute(
                            f"select columns(c -> c <> 'line')::varchar from sla_marts.{mart}"
                        ).fetchall(),
                        key=str,
                    )
                    for mart in SUPPORT_MARTS
                }
            )
    then, later = answers
    assert then == later
    assert any("running" in row for row in then["ticket_commitments"])


def test_monthly_adherence_leaves_what_still_runs_out_of_the_rate(desk: duckdb.DuckDBPyConnection) -> None:
    row = desk.execute(
        "select tickets, met, breached, running, not_covered, unclassified, round(adherence_pct, 6),"
        " elapsed_p50_s::double, elapsed_p90_s::double"
        " from sla_marts.monthly_sla_adherence where contract_id = 'desk' and month = date '2024-06-01'"
        " and commitment = 'take_in_charge' and criticality = 'critical'"
    ).fetchone()
    used = desk.execute(
        "select elapsed_s::double from sla_marts.ticket_commitments"
        " where contract_id = 'desk' and month = date '2024-06-01'"
        " and commitment = 'take_in_charge' and criticality = 'critical' and outcome in ('met', 'breached')"
    ).fetchall()
    series = pd.Series([value for (value,) in used])
    # Met: exact, before-start, before-created, week-end, level-3, to-qualify, no-level, qualified-years-before, closed-early.
    assert row is not None
    assert row[:7] == (19, 9, 5, 1, 4, 0, round(900 / 14, 6))
    assert row[7:] == pytest.approx((series.quantile(0.5), series.quantile(0.9)))


def test_monthly_adherence_is_null_when_nothing_is_decided(desk: duckdb.DuckDBPyConnection) -> None:
    rows = desk.execute(
        "select adherence_pct from sla_marts.monthly_sla_adherence where met + breached = 0"
    ).fetchall()
    assert rows and all(pct is None for (pct,) in rows)


def test_acknowledgements_are_counted_and_timed_without_a_limit(desk: duckdb.DuckDBPyConnection) -> None:
    row = desk.execute(
        "select acknowledged, delay_p50_s from sla_marts.monthly_acknowledgements"
        " where contract_id = 'desk' and month = '2024-06-01'"
    ).fetchone()
    assert row == (1, 30.0)


# ---------------------------------------------------------------- beside two libraries
def test_due_instants_agree_with_pandas_but_for_the_roll_at_closing(
    built: tuple[duckdb.DuckDBPyConnection, list[tuple[str, datetime, int, datetime]]],
) -> None:
    """Conventions on which pandas' CustomBusinessHour differs, and how the comparison bridges them:

    1. a sum that ends on closing time rolls to the next opening; ours stays at closing (rules.md section 4);
    2. it has no zone, so hours that change have no meaning: the contract compared is in UTC;
    3. closing time itself counts as open (`is_on_offset` is closed on both sides); ours is half-open;
    4. it has one set of windows for all days: no Saturday of its own, no exception of a single date, no
    holiday opening.
    """
    con, plain = built
    offset = pd.offsets.CustomBusinessHour(
        start="09:00", end="17:00", holidays=[str(day) for day in sorted(PLAIN.holidays)]
    )
    rolled = 0
    for ticket_id, created, hours, _ in plain:
        (due,) = one(con, ticket_id, "due_at")
        assert isinstance(due, datetime)
        theirs = (
            (pd.Timestamp(created).tz_localize(None) + offset * hours).to_pydatetime().replace(tzinfo=UTC)
        )
        if due.astimezone(UTC).hour == 17 and due.minute == due.second == 0:
            rolled += 1
            assert theirs == _next_opening(due), ticket_id
        else:
            assert theirs == due, ticket_id
    assert rolled, "no limit ended at closing: convention 1 was not met"


def _next_opening(due: datetime) -> datetime:
    day = due.astimezone(UTC).date() + timedelta(days=1)
    while not PLAIN.windows(day):
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def test_time_used_agrees_with_businesstimedelta_but_for_its_cut_of_seconds(
    built: tuple[duckdb.DuckDBPyConnection, list[tuple[str, datetime, int, datetime]]],
) -> None:
    """Conventions on which businesstimedelta differs, and how the comparison bridges them:

    1. it gives hours and seconds as two numbers, whole seconds only: fractions of a second are cut (none
    are compared here);
    2. its holidays are a list of dates it looks up itself, and are days off only: no opening on a holiday;
       and one must lie within five years ahead of every instant compared, or it fails (one is added);
    3. it has no exceptions of a single date and no window through the end of a day without two rules;
    4. from a later to an earlier instant it is negative; ours is 0 (taken before registered is met with 0 s).
    """
    con, plain = built
    workday = businesstimedelta.WorkDayRule(
        start_time=time(9),
        end_time=time(17),
        working_days=[0, 1, 2, 3, 4],
    )
    off = businesstimedelta.HolidayRule(dict.fromkeys([*PLAIN.holidays, date(2026, 1, 1)], "closed"))
    rules = businesstimedelta.Rules([workday, off])
    for ticket_id, created, _, taken in plain:
        (elapsed,) = one(con, ticket_id, "elapsed_s")
        if taken > AS_OF:
            continue
        theirs = rules.difference(created.replace(tzinfo=None), taken.replace(tzinfo=None)).timedelta
        assert timedelta(seconds=float(str(elapsed))) == theirs, ticket_id

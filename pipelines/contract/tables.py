"""Columns and vocabulary of the contract folder: which file holds what, of which type, and which words are
known.

Only names and types live here. Every number of a contract is a row of its folder; what an absent term means
is a row of `term_defaults.csv` beside this module, what absent coverage rows mean one of
`coverage_defaults.csv`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.schemas.interruptions import CAUSES
from pipelines.schemas.tickets import CHANNELS, KINDS

CLOCKS = ("reference", "support", "customer_service", "maintenance", "working_day")
NATURES = ("measured", "attested", "not_measurable")
LANGUAGES = ("fr", "en")
USER_STATUSES = ("certified", "learning", "neither")
CRITICALITIES = ("critical", "high", "moderate")
ANOMALY_LEVELS = ("1", "2", "3")
DURATIONS = ("s", "min", "h")
UNITS = (*DURATIONS, "working_day", "day", "year", "pct", "count", "byte")


@dataclass(frozen=True)
class Column:
    """One column: how its text is typed (a key of contract_files.PARSERS), whether it may be empty, which
    words it knows, whether a file may lack it altogether.
    """

    name: str
    kind: str
    description: str
    nullable: bool = False
    allowed: tuple[str, ...] | None = None
    is_optional: bool = False


@dataclass(frozen=True)
class Table:
    """One file. `key`: columns whose rows must not be valid at the same time; `is_dated`: has valid_from,
    valid_until.
    """

    name: str
    description: str
    own: tuple[Column, ...]
    key: tuple[str, ...]
    is_dated: bool = True
    is_optional: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        return (*CONTRACT_COLUMNS, *self.own) if self.is_dated else self.own


@dataclass(frozen=True)
class Commitment:
    """What a commitment of `targets.csv` may look like: its units, its criticalities (empty: none), whether
    it runs on a clock.
    """

    units: tuple[str, ...]
    criticalities: tuple[str, ...] = ()
    needs_clock: bool = False


_ON_CLOCK = (*DURATIONS, "working_day")
COMMITMENTS: Mapping[str, Commitment] = {
    "availability": Commitment(("pct",), needs_clock=True),
    "take_in_charge": Commitment(_ON_CLOCK, CRITICALITIES, needs_clock=True),
    "action_plan": Commitment(_ON_CLOCK, ANOMALY_LEVELS, needs_clock=True),
    "fix_or_workaround": Commitment(_ON_CLOCK, ANOMALY_LEVELS, needs_clock=True),
    "maintenance_notice": Commitment(DURATIONS),
    "backup_retention": Commitment(("day",)),
    "backup_copies": Commitment(("count",)),
    "backup_places": Commitment(("count",)),
    "history_years": Commitment(("year",)),
    "tax_retention_years": Commitment(("year",)),
    "document_space": Commitment(("byte",)),
    "certification_pass_mark": Commitment(("pct",)),
    "certification_retry_wait": Commitment(("day",)),
}

CONTRACT_COLUMNS = (
    Column("contract_id", "text", "Contract the row belongs to"),
    Column("valid_from", "date", "First day on which the row holds"),
    Column("valid_until", "date", "First day on which it no longer holds; empty: still holds", nullable=True),
    Column("clause", "text", "Article that says so"),
)
_WEEKDAY = "1 Monday to 7 Sunday, 8 a public holiday, which replaces the weekday"
_CLOCK = Column("clock", "word", "Clock, a set of opening windows in local time", allowed=CLOCKS)
_OPENS = Column("opens", "time", "Local time at which the window opens")
_CLOSES = Column("closes", "time", "Local time at which it closes, 24:00:00 for the end of the day")

TABLES: tuple[Table, ...] = (
    Table(
        "contracts",
        "One row per contract and stretch of validity",
        (
            Column("title", "text", "Title of the document"),
            Column("service", "text", "Service it is about"),
            Column("time_zone", "zone", "Zone of the IANA list in which its days and hours are meant"),
            Column("holiday_calendar", "text", "Calendar of public holidays it follows"),
            Column("language", "word", "Language of the document", allowed=LANGUAGES),
        ),
        ("contract_id",),
    ),
    Table(
        "holiday_calendars",
        "One row per calendar of public holidays",
        (
            Column("holiday_calendar", "text", "Name of the calendar"),
            Column("covers_from", "date", "First day the calendar knows"),
            Column("covers_until", "date", "First day it no longer knows"),
            Column("source", "text", "Where its days come from"),
        ),
        ("holiday_calendar",),
        is_dated=False,
    ),
    Table(
        "holidays",
        "One row per calendar and public holiday",
        (
            Column("holiday_calendar", "text", "Calendar"),
            Column("day", "date", "Public holiday"),
            Column("name", "text", "Its name"),
        ),
        ("holiday_calendar", "day"),
        is_dated=False,
    ),
    Table(
        "clocks",
        "One row per contract, clock, weekday and opening window",
        (_CLOCK, Column("weekday", "weekday", _WEEKDAY), _OPENS, _CLOSES),
        ("contract_id", "clock", "weekday"),
    ),
    Table(
        "clock_exceptions",
        "One row per contract, clock, date and window instead of the weekly ones; no times: closed all day",
        (
            _CLOCK,
            Column("day", "date", "Date on which these windows replace the weekly ones"),
            Column("opens", "time", _OPENS.description + "; empty: closed all day", nullable=True),
            Column("closes", "time", _CLOSES.description + "; empty: closed all day", nullable=True),
        ),
        ("contract_id", "clock", "day"),
    ),
    Table(
        "targets",
        "One row per contract, commitment and criticality",
        (
            Column("commitment", "word", "What is promised", allowed=tuple(COMMITMENTS)),
            Column(
                "criticality",
                "text",
                "Criticality of a request, or level of an anomaly; empty: any",
                nullable=True,
            ),
            Column("value", "decimal", "How much"),
            Column("unit", "word", "Unit of the value", allowed=UNITS),
            Column("clock", "word", "Clock on which it runs; empty: none", nullable=True, allowed=CLOCKS),
        ),
        ("contract_id", "commitment", "criticality"),
    ),
    Table(
        "terms",
        "One row per contract and term that is not a target",
        (Column("term", "text", "Name of the term"), Column("value", "text", "Its value, as text")),
        ("contract_id", "term"),
    ),
    Table(
        "exclusions",
        "One row per contract and cause of interruption",
        (
            Column("cause", "word", "Cause of an interruption", allowed=CAUSES),
            Column("is_excluded", "boolean", "Whether its downtime is left out of the rate"),
            Column(
                "only_inside_clock",
                "word",
                "Clock outside which it counts all the same",
                nullable=True,
                allowed=CLOCKS,
            ),
        ),
        ("contract_id", "cause"),
    ),
    Table(
        "clauses",
        "One row per contract and obligation of an article",
        (
            Column("article", "text", "Article of the document"),
            Column("title", "text", "What it obliges to"),
            Column("nature", "word", "Measured, attested by documents, or not measurable", allowed=NATURES),
            Column(
                "measured_by", "text", "Mart that measures it; empty: none yet or none needed", nullable=True
            ),
            Column(
                "commitment",
                "word",
                "Commitment it is about, where its mart tells of several; empty: all that the mart tells",
                nullable=True,
                allowed=tuple(COMMITMENTS),
                is_optional=True,
            ),
            Column("why", "text", "Why it has this nature, or what it is measured from"),
        ),
        ("contract_id", "article", "title"),
    ),
    Table(
        "coverage",
        "One row per contract and channel, kind or reason of tickets to which no delay is promised",
        (
            Column("channel", "word", "Channel; empty: any", nullable=True, allowed=CHANNELS),
            Column("kind", "word", "Kind of ticket; empty: any", nullable=True, allowed=KINDS),
            Column(
                "user_status",
                "word",
                "Certification of the user on the day of registration; empty: any, known or not",
                nullable=True,
                allowed=USER_STATUSES,
                is_optional=True,
            ),
            Column(
                "reason",
                "text",
                "Reason stored with the ticket; alone in its row, the source's reason it is about",
            ),
        ),
        ("contract_id", "channel", "kind", "user_status", "reason"),
        is_optional=True,
    ),
)

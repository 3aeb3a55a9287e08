"""Where things are: the one place that reads the environment (with the command line above it)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.errors import ConfigurationError

ROOT = Path(__file__).resolve().parent.parent
WORK_DATABASE = "livret_work.duckdb"  # profiles.yml names it too
# What DuckDB may hold: what the operator says, else its own default of 80 % of the machine's. Models are given it too.
MEMORY = (
    os.environ.get("LIVRET_MEMORY")
    or f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') * 8 // 10}B"
)
# What work done in portions may hold where the operator says nothing: beyond it DuckDB would only cache what is read once.
PORTION_MEMORY = os.environ.get("LIVRET_MEMORY") or "1400MB"


@dataclass(frozen=True)
class Settings:
    """Paths and the instant of the question, for one run.

    `warehouse` is the published file; the working database lies in a folder beside it and is the writer's alone.
    """

    inbox: Path
    contract: Path
    warehouse: Path
    reports: Path
    as_of: datetime

    @property
    def work(self) -> Path:
        return self.warehouse.with_name(f"{self.warehouse.stem}.work")

    @property
    def work_database(self) -> Path:
        return self.work / WORK_DATABASE


def settings(
    *,
    now: datetime,
    inbox: str | Path | None = None,
    contract: str | Path | None = None,
    warehouse: str | Path | None = None,
    reports: str | Path | None = None,
    as_of: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Settings:
    """What was given, else the environment (`LIVRET_INBOX`, ...), else the project's own folders; `now` where no
    instant is given. Raises ConfigurationError for an instant that cannot be read."""

    def path(given: str | Path | None, name: str, default: str) -> Path:
        return Path(given or environment.get(f"LIVRET_{name}") or ROOT / default).absolute()

    text = as_of or environment.get("LIVRET_AS_OF")
    terms = path(contract, "CONTRACT", "data/contract")
    return Settings(
        inbox=path(inbox, "INBOX", "data/inbox"),
        contract=terms,
        warehouse=path(warehouse, "WAREHOUSE", "data/warehouse/livret.duckdb"),
        reports=path(reports, "REPORTS", "data/reports"),
        as_of=_asked(text, terms) if text else now,
    )


def _asked(text: str, contract: Path) -> datetime:
    """An instant, or a day's end in the zone of the contract: the first instant of the next day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return instant(text)
    from pipelines.contract.booklet import time_zones  # heavy, and needed for a bare day only

    ends = [_end(day, zone, text) for zone in time_zones(contract, day)]
    if not ends:
        raise ConfigurationError(
            f"--as-of {text}: {contract} has no contract whose zone would tell when that day ends; give an instant, such as"
            f" {text}T23:59:59Z"
        )
    if len({end.astimezone(UTC) for end in ends}) > 1:
        told = ", ".join(f"{end.isoformat()} ({end.tzinfo})" for end in ends)
        raise ConfigurationError(
            f"--as-of {text}: the contracts lie in several zones, in which that day ends at different instants;"
            f" give one of {told}"
        )
    return ends[0].astimezone(UTC)


def _end(day: date, zone: str, text: str) -> datetime:
    try:
        end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
        end.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise ConfigurationError(
            f"--as-of {text!r}: lies beyond the years 1 to 9999; ask about another day"
        ) from error
    return end


def instant(text: str) -> datetime:
    """An ISO 8601 instant with its offset, in UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(
            f"--as-of {text!r}: not an instant; expected ISO 8601 with an offset, such as 2026-04-01T09:00:00+02:00,"
            " or a day, such as 2026-03-31, for its end"
        ) from error
    if found.tzinfo is None:
        raise ConfigurationError(
            f"--as-of {text!r} has no offset; add one, such as {found.isoformat()}+02:00 or {found.isoformat()}Z"
        )
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise ConfigurationError(
            f"--as-of {text!r}: lies beyond the years 1 to 9999 in UTC; ask about another instant"
        ) from error

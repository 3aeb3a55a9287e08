"""Random ledgers, and the inbox and contract folder they are written to: many dossiers in one warehouse."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import strategies as st

from pipelines.resources import ROOT
from tests.oracles.purge import Dossier, Hold, Line, Terms

TODAY = date(2026, 2, 28)
FIRST = date(2012, 1, 1)
# Instants at which TODAY begins and ends in the zone of each contract: the civil date asked must be the contract's own.
CONTRACTS: dict[str, tuple[str, Terms]] = {
    "calendar-3-6": ("Europe/Paris", Terms("calendar", 3, 6)),
    "fiscal-3-6": ("Europe/Paris", Terms("fiscal", 3, 6)),
    "conservative-3-6": ("Europe/Paris", Terms("conservative", 3, 6)),
    "conservative-2-10": ("Europe/Paris", Terms("conservative", 2, 10, ("40", "411"))),
    "fiscal-1-1": ("Pacific/Auckland", Terms("fiscal", 1, 1)),
}


@dataclass(frozen=True)
class World:
    """One dossier under one contract."""

    contract: str
    dossier: Dossier
    is_registered: bool = True

    @property
    def terms(self) -> Terms:
        return CONTRACTS[self.contract][1]

    @property
    def today(self) -> date:
        """The civil day of 2026-02-28 12:00 UTC."""
        return date(2026, 3, 1) if self.contract == "fiscal-1-1" else TODAY


# Days where something may turn: turns of years and months, leap days, and a few others.
edges = st.sampled_from(
    [
        date(year, *day)
        for year in range(2013, 2027)
        for day in ((1, 1), (2, 28), (3, 1), (6, 30), (7, 1), (12, 31))
    ]
    + [date(2016, 2, 29), date(2020, 2, 29), date(2024, 2, 29), TODAY, date(2026, 2, 28), date(2026, 3, 2)]
)
days = st.one_of(edges, st.integers(0, 5_200).map(lambda after: FIRST + timedelta(days=after)))
accounts = st.sampled_from(["401000", "411XYZ", "0401500", "400100", "512000", "606100", "4110"])
cents = st.sampled_from([100, 250, 4999]).map(lambda amount: Decimal(amount) / 100)


@st.composite
def entries(draw: st.DrawFn) -> list[Line]:
    """A balanced or faulty entry of two or three lines, sometimes over several dates or numbers."""
    journal, number = draw(st.sampled_from(["VE", "BQ", "ve"])), draw(st.sampled_from(["1", "2", "3", "0"]))
    day, amount = draw(days), draw(cents)
    piece = draw(st.sampled_from(["", "P1", "P2"]))
    validated = draw(st.sampled_from([True, True, True, False]))
    sides = [(amount, Decimal(0)), (Decimal(0), amount)]
    if draw(st.integers(0, 9)) == 0:
        sides[0] = (amount + 1, Decimal(0))
    if draw(st.integers(0, 9)) == 0:
        sides.append((Decimal(0), Decimal(0)))
    lines = []
    for debit, credit in sides:
        kind = draw(st.integers(0, 30))
        lines.append(
            Line(
                journal,
                draw(st.sampled_from(["1", "2"])) if kind == 1 else number,
                None if kind == 2 else draw(days) if kind == 3 else day,
                draw(accounts),
                None if kind == 4 else debit,
                credit,
                draw(st.sampled_from(["", "A", "B"])),
                piece,
                draw(st.sampled_from(["", "", "AA", "AB"])),
                validated,
            )
        )
    return lines


@st.composite
def holds(draw: st.DrawFn) -> Hold:
    around = st.sampled_from([TODAY + timedelta(days=offset) for offset in (-400, -30, -1, 0, 1, 2, 2_000)])
    start = draw(around)
    return Hold(
        hold_id="",
        from_on=start,
        until_on=draw(st.none() | around),
        released_on=draw(st.none() | st.none() | around),
        movements_from=draw(st.none() | st.none() | days),
        movements_until=draw(st.none() | st.none() | days),
        fiscal_years=tuple(draw(st.lists(st.integers(2013, 2026), max_size=3)))
        if draw(st.booleans())
        else (),
        accounts=tuple(draw(st.lists(st.sampled_from(["401", "51", "6"]), min_size=1, max_size=2)))
        if draw(st.integers(0, 3)) == 0
        else (),
        piece=draw(st.sampled_from(["", "", "", "P1"])),
        is_rejected=draw(st.integers(0, 5)) == 0,
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    lines = [line for entry in draw(st.lists(entries(), min_size=1, max_size=6)) for line in entry]
    named = tuple(draw(st.lists(holds(), min_size=1, max_size=2))) if draw(st.booleans()) else ()
    closing = draw(st.sampled_from([(12, 31), (6, 30), (2, 29), (2, 28), (8, 31), (3, 31)]))
    years: list[tuple[date, date]] = []
    if draw(st.booleans()):
        first = draw(
            st.sampled_from([date(2013, 1, 1), date(2017, 7, 1), date(2020, 3, 1), date(2024, 2, 29)])
        )
        for months in draw(st.lists(st.sampled_from([6, 12, 12, 18, 23]), min_size=1, max_size=5)):
            start = first if not years else years[-1][1] + timedelta(days=1)
            years.append((start, start + timedelta(days=30 * months + draw(st.integers(0, 5)))))
    is_rejected = not years and draw(st.integers(0, 9)) == 0
    return World(
        draw(st.sampled_from(sorted(CONTRACTS))),
        Dossier(tuple(lines), named, (12, 31) if is_rejected else closing, tuple(years), is_rejected),
        is_rejected or draw(st.integers(0, 9)) > 0,
    )


# ---------------------------------------------------------------- files
Row = dict[str, object]


def write_csv(path: Path, rows: list[Row], head: list[str] | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys([*(head or []), *(name for row in rows for name in row)]))
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, names, restval="")
        writer.writeheader()
        writer.writerows(rows)


def write_contract(folder: Path) -> Path:
    """The project's own contract folder with nothing in it but the contracts of these worlds."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for name, (zone, terms) in CONTRACTS.items():
        base: Row = {"contract_id": name, "valid_from": "1990-01-01", "valid_until": "", "clause": "test"}
        rows["contracts.csv"].append(
            {
                **base,
                "title": name,
                "service": name,
                "time_zone": zone,
                "holiday_calendar": "none",
                "language": "en",
            }
        )
        for term, value in (
            ("history_rule", terms.rule),
            ("open_item_suppliers_account", terms.open_item_accounts[0]),
            ("open_item_customers_account", terms.open_item_accounts[1]),
        ):
            rows["terms.csv"].append({**base, "term": term, "value": value})
        for commitment, value in (
            ("history_years", terms.kept_years),
            ("tax_retention_years", terms.tax_years),
        ):
            rows["targets.csv"].append(
                {
                    **base,
                    "commitment": commitment,
                    "criticality": "",
                    "value": value,
                    "unit": "year",
                    "clock": "",
                }
            )
    rows["holiday_calendars.csv"] = [
        {
            "holiday_calendar": "none",
            "covers_from": "2000-01-01",
            "covers_until": "2041-01-01",
            "source": "test",
        }
    ]
    for own in (ROOT / "data" / "contract").glob("*.csv"):
        with own.open(encoding="utf-8") as stream:
            write_csv(folder / own.name, rows.get(own.name, []), next(csv.reader(stream)))
    return folder


def write_inbox(folder: Path, made: list[World]) -> Path:
    rows: dict[str, list[Row]] = defaultdict(list)
    for number, world in enumerate(made):
        client, dossier = f"c{number:04}", world.dossier
        rows["registry/canonical/environments.csv"].append(
            {
                "environment_id": client,
                "client_id": client,
                "contract_id": world.contract,
                "kind": "production",
                "opened_on": "2000-01-01",
            }
        )
        month, day = dossier.closing
        if world.is_registered or dossier.closing != (12, 31) or dossier.years:
            rows["registry/canonical/dossiers.csv"].append(
                {
                    "client_id": client,
                    "dossier_id": "d",
                    "fiscal_year_end": "30-06" if dossier.is_closing_rejected else f"{month:02}-{day:02}",
                }
            )
        for first, last in dossier.years:
            rows["registry/canonical/dossiers.csv"].append(
                {"client_id": client, "dossier_id": "d", "fiscal_year_from": first, "fiscal_year_until": last}
            )
        for place, line in enumerate(dossier.lines):
            rows["history/canonical/movements.csv"].append(
                {
                    "client_id": client, "dossier_id": "d", "journal_code": line.journal, "entry_number": line.number, "line_number": place,
                    "entry_on": line.entry_on or "2023-02-30", "account": line.account,
                    "debit": "x" if line.debit is None else line.debit, "credit": "x" if line.credit is None else line.credit,
                    "auxiliary_account": line.auxiliary, "piece": line.piece, "lettering": line.lettering,
                    "validated_on": TODAY if line.validated else "",
                }
            )  # fmt: skip
        for place, hold in enumerate(dossier.holds):
            rows["holds/canonical/holds.csv"].append(
                {
                    "hold_id": f"{client}-{place}", "client_id": client, "dossier_id": "d" if place else "", "reason": "case",
                    "from_on": "31/02/2020" if hold.is_rejected else hold.from_on, "until_on": hold.until_on, "released_on": hold.released_on,
                    "movements_from": hold.movements_from, "movements_until": hold.movements_until,
                    "fiscal_years": ", ".join(map(str, hold.fiscal_years)), "accounts": " ".join(hold.accounts), "piece": hold.piece,
                }
            )  # fmt: skip
    for name, content in rows.items():
        write_csv(folder / name, content)
    return folder


def with_ids(world: World, number: int) -> Dossier:
    """The dossier with its holds named as the inbox names them."""
    named = tuple(
        replace(hold, hold_id="rejected_hold" if hold.is_rejected else f"c{number:04}-{place}")
        for place, hold in enumerate(world.dossier.holds)
    )
    return replace(world.dossier, holds=named)

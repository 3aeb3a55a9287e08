"""What of a ledger may be purged (rules.md section 7), told again in plain Python, day by day and line by line.

Slow and simple on purpose: no fiscal-year tables, no joins. Shares nothing with the models but the rules.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

DAY = timedelta(days=1)
Years = tuple[tuple[date, date], ...]  # first and last day of each


@dataclass(frozen=True)
class Terms:
    """What the contract says about history."""

    rule: str  # calendar, fiscal, conservative
    kept_years: int
    tax_years: int
    open_item_accounts: tuple[str, ...] = ("401", "411")


@dataclass(frozen=True)
class Line:
    """One accounting line; `entry_on` or `amount` None: unreadable (its own date may then still be known)."""

    journal: str
    number: str
    entry_on: date | None
    account: str
    debit: Decimal | None
    credit: Decimal | None
    auxiliary: str = ""
    piece: str = ""
    lettering: str = ""
    validated: bool = True


@dataclass(frozen=True)
class Hold:
    """A named hold and its scope; empty: everything of the dossier. Rejected: its row could not be read, it holds all."""

    hold_id: str
    from_on: date
    until_on: date | None = None
    released_on: date | None = None
    movements_from: date | None = None
    movements_until: date | None = None
    fiscal_years: tuple[int, ...] = ()
    accounts: tuple[str, ...] = ()
    piece: str = ""
    is_rejected: bool = False

    def holds_on(self, day: date) -> bool:
        if self.is_rejected:
            return True
        ends = [end for end in (self.until_on, self.released_on) if end is not None]
        if any(end < self.from_on for end in ends):  # which day is wrong cannot be told (R42)
            return min(self.from_on, *ends) <= day
        return (
            self.from_on <= day
            and (self.until_on is None or day <= self.until_on)
            and (self.released_on is None or day < self.released_on)
        )


@dataclass(frozen=True)
class Dossier:
    """A ledger with the fiscal years its registry gives: a closing day (month, day), or years one by one."""

    lines: tuple[Line, ...]
    holds: tuple[Hold, ...] = ()
    closing: tuple[int, int] = (12, 31)
    years: Years = ()
    is_closing_rejected: bool = False  # the registry's row could not be read: nothing is known of its years

    @property
    def all_holds(self) -> tuple[Hold, ...]:
        unread = (Hold("rejected_hold", date.min, is_rejected=True),) if self.is_closing_rejected else ()
        return self.holds + unread


@dataclass
class Verdict:
    """What becomes of one entry (journal, number, date; date None: no line of it could be read)."""

    verdict: str
    reasons: set[str] = field(default_factory=set)
    lines: int = 0
    free_on: date | None = None
    fiscal_year_end: date | None = None


Key = tuple[str, str, date | None]


# ---------------------------------------------------------------- fiscal years
def clamped(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def years_later(day: date, years: int) -> date:
    return clamped(day.year + years, day.month, day.day)


def is_first_day(closing: tuple[int, int], years: Years, day: date) -> bool:
    """Whether a fiscal year begins on this day."""
    before = day - DAY
    for first, last in years:
        if first < day <= last:
            return False
        if first == day:
            return True
    if any(last == before for _, last in years):
        return True
    return before == clamped(before.year, *closing)


def fiscal_year(dossier: Dossier, day: date) -> tuple[date, date]:
    """First and last day of the fiscal year that holds `day`."""
    return _fiscal_year(dossier.closing, dossier.years, day)


@cache
def _fiscal_year(closing: tuple[int, int], years: Years, day: date) -> tuple[date, date]:
    first = day
    while not is_first_day(closing, years, first):
        first -= DAY
    last = day
    while not is_first_day(closing, years, last + DAY):
        last += DAY
    return first, last


def cut_off(dossier: Dossier, terms: Terms, today: date, rule: str) -> date:
    """First day kept (R13)."""
    if rule == "calendar":
        return date(today.year - terms.kept_years + 1, 1, 1)
    first, _ = fiscal_year(dossier, today)
    for _ in range(terms.kept_years - 1):
        first, _ = fiscal_year(dossier, first - DAY)
    if rule == "fiscal":
        return first
    return min(first, cut_off(dossier, terms, today, "calendar"))


# ---------------------------------------------------------------- entries
def readable(line: Line) -> bool:
    return line.entry_on is not None and line.debit is not None and line.credit is not None


def balance(lines: Iterable[Line]) -> Decimal:
    return sum(
        (line.debit - line.credit for line in lines if line.debit is not None and line.credit is not None),
        Decimal(),
    )


def wholes(lines: list[Line]) -> dict[Key, list[Key]]:
    """For each entry all entries it goes with: by the key of its journal that leaves the fewest unbalanced entries."""
    entries: dict[Key, list[Line]] = defaultdict(list)
    for line in lines:
        entries[line.journal, line.number, line.entry_on].append(line)

    def least_piece(key: Key) -> str | None:
        return min((line.piece for line in entries[key] if line.piece), default=None)

    keys: list[Callable[[Key], object]] = [
        lambda key: key,
        lambda key: (key[0], key[2], least_piece(key)),
        lambda key: (key[0], key[2]),
        lambda key: (key[0], key[1]),
    ]
    result: dict[Key, list[Key]] = {}
    for journal in {line.journal for line in lines}:
        mine = [key for key in entries if key[0] == journal]
        options = []
        for rank, by in enumerate(keys):
            groups: dict[object, list[Key]] = defaultdict(list)
            for key in mine:
                groups[by(key)].append(key)
            bad = [
                group for group in groups.values() if balance(line for key in group for line in entries[key])
            ]
            options.append((len(bad), rank, sum(len(entries[key]) for group in bad for key in group), groups))
        law = options[0]
        best = min((option for option in options if option[2] <= law[2]), key=lambda option: option[:2])
        for group in best[3].values():
            for key in group:
                result[key] = group
    return result


# ---------------------------------------------------------------- verdicts
def judge(dossier: Dossier, terms: Terms, today: date) -> dict[Key, Verdict]:
    """Verdict of every entry of the dossier on a date."""
    good = [line for line in dossier.lines if readable(line)]
    bad = [line for line in dossier.lines if not readable(line)]
    group_of = wholes(good)
    by_key: dict[Key, list[Line]] = defaultdict(list)
    for line in good:
        by_key[line.journal, line.number, line.entry_on].append(line)

    unreadable: dict[Key, int] = defaultdict(int)  # lines counted with an entry
    spoilt: set[Key] = set()
    for line in bad:
        met = [
            key
            for key in by_key
            if key[:2] == (line.journal, line.number) and line.entry_on in (None, key[2])
        ]
        spoilt.update(met)
        if not met:
            unreadable[line.journal, line.number, line.entry_on] += 1

    first: dict[Key, Verdict] = {}
    for key, lines in by_key.items():
        group = group_of[key]
        whole = [line for part in group for line in by_key[part]]
        first[key] = _before_letterings(dossier, terms, today, group, whole, bool(spoilt & set(group)))
        first[key].lines = len(lines)
        first[key].fiscal_year_end = fiscal_year(dossier, _date(key))[1]

    # A line that cannot be read stays, whatever its date.
    tied = {(line.account, line.auxiliary, line.lettering) for line in bad if line.lettering}
    result = dict(first)
    for key in by_key:
        if first[key].verdict != "purge":
            continue
        whole = [line for part in group_of[key] for line in by_key[part]]
        letterings = {(line.account, line.auxiliary, line.lettering) for line in whole if line.lettering}
        others = [line for line in good if (line.account, line.auxiliary, line.lettering) in letterings]
        if letterings & tied or any(
            first[line.journal, line.number, line.entry_on].verdict != "purge" for line in others
        ):
            result[key] = Verdict(
                "blocked", {"lettering_reaches_period"}, first[key].lines, None, first[key].fiscal_year_end
            )
    for key, count in unreadable.items():
        result[key] = Verdict("quarantine", lines=count)
    return result


def _date(key: Key) -> date:
    assert key[2] is not None
    return key[2]


def _before_letterings(
    dossier: Dossier, terms: Terms, today: date, group: list[Key], whole: list[Line], is_spoilt: bool
) -> Verdict:
    if is_spoilt:
        return Verdict("quarantine")
    dates = [_date(key) for key in group]
    tax_until = max(years_later(fiscal_year(dossier, day)[1], terms.tax_years) for day in dates)
    holds = [hold for hold in dossier.all_holds if any(_in_scope(dossier, hold, line) for line in whole)]

    def is_kept(day: date) -> bool:
        return max(dates) >= cut_off(dossier, terms, day, terms.rule)

    free_on = _free_on(dossier, terms, today, dates, tax_until, holds)
    if is_kept(today):
        return Verdict("keep", free_on=free_on)
    tax = {f"tax_{terms.tax_years}y until {tax_until}"} if today <= tax_until else set()
    active = {hold.hold_id for hold in holds if hold.holds_on(today)}
    if active:
        return Verdict("hold", active | tax, free_on=free_on)
    if tax:
        return Verdict("hold_tax", tax, free_on=free_on)
    blocks = set()
    if any(not line.validated for line in whole):
        blocks.add("not_validated")
    if any(
        not line.lettering
        and (
            (bare := line.account.lstrip("0")).startswith(terms.open_item_accounts)
            or any(account.startswith(bare) for account in terms.open_item_accounts)
        )
        for line in whole
    ):
        blocks.add("open_item")
    if balance(whole):
        blocks.add("unbalanced")
    return Verdict("blocked", blocks) if blocks else Verdict("purge", free_on=free_on)


def _in_scope(dossier: Dossier, hold: Hold, line: Line) -> bool:
    assert line.entry_on is not None
    if hold.is_rejected:
        return True
    first, last = hold.movements_from or date.min, hold.movements_until or date.max
    if first > last:  # says nothing
        first, last = date.min, date.max
    return (
        first <= line.entry_on <= last
        and (not hold.fiscal_years or fiscal_year(dossier, line.entry_on)[1].year in hold.fiscal_years)
        and (not hold.accounts or line.account.lstrip("0").startswith(hold.accounts))
        and (not hold.piece or line.piece == hold.piece)
    )


def _free_on(
    dossier: Dossier, terms: Terms, today: date, dates: list[date], tax_until: date, holds: list[Hold]
) -> date | None:
    """The first day on which neither period nor statutory hold nor a named hold keeps the entry."""
    year, starts = max(dates).year, []
    for later in range(year, year + terms.kept_years + 4):
        starts += [date(later, 1, 1)] if terms.rule != "fiscal" else []
    day = max(dates)
    while terms.rule != "calendar" and day.year <= year + terms.kept_years + 4:
        day = fiscal_year(dossier, day)[1] + DAY
        starts.append(day)
    leaves = min(start for start in starts if max(dates) < cut_off(dossier, terms, start, terms.rule))
    base = max(leaves, tax_until + DAY)
    ends = [end for hold in holds for end in (hold.until_on and hold.until_on + DAY, hold.released_on) if end]
    for day in sorted({base, *(end for end in ends if end > base)}):
        if not any(hold.holds_on(day) for hold in holds):
            return day
    return None

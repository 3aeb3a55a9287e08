"""Oracle for certifications (art. 15): asks of each day what a user was, from the rows as they stand; knows no SQL.

Dates are civil days. What is later than `today` is not known."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Terms:
    pass_mark: float
    wait_days: int
    learning_months: int


@dataclass(frozen=True)
class Assignment:
    user: str
    module: str
    assigned_on: date
    withdrawn_on: date | None


@dataclass(frozen=True)
class Attempt:
    attempt_id: str
    user: str
    module: str
    on: date
    score: float


@dataclass(frozen=True)
class Version:
    module: str | None
    released_on: date


def last_day_of_learning(assigned_on: date, months: int) -> date:
    """R26: the day of the same number, or the last of the month."""
    year, month = assigned_on.year, assigned_on.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(assigned_on.day, monthrange(year, month)[1]))


@dataclass(frozen=True)
class World:
    terms: Terms
    today: date
    assignments: Sequence[Assignment]
    attempts: Sequence[Attempt]
    versions: Sequence[Version]

    def known_attempts(self, user: str, module: str) -> list[Attempt]:
        found = [a for a in self.attempts if (a.user, a.module) == (user, module) and a.on <= self.today]
        return sorted(found, key=lambda attempt: (attempt.on, attempt.attempt_id))

    def ended_on(self, attempt: Attempt) -> date | None:
        """R29: the first major version after the day of the attempt."""
        later = (
            version.released_on
            for version in self.versions
            if attempt.on < version.released_on <= self.today and version.module in (None, attempt.module)
        )
        return min(later, default=None)

    def is_certified(self, user: str, module: str, day: date) -> bool:
        for attempt in self.known_attempts(user, module):
            end = self.ended_on(attempt)
            if attempt.score >= self.terms.pass_mark and attempt.on <= day and (end is None or day < end):
                return True
        return False

    def assignment(self, user: str, module: str) -> Assignment | None:
        for one in self.assignments:
            if (one.user, one.module) == (user, module) and one.assigned_on <= self.today:
                return one
        return None

    def is_assigned(self, user: str, module: str, day: date) -> bool:
        one = self.assignment(user, module)
        return (
            one is not None
            and one.assigned_on <= day
            and (one.withdrawn_on is None or one.withdrawn_on > min(day, self.today))
        )

    def is_learning(self, user: str, module: str, day: date) -> bool:
        one = self.assignment(user, module)
        return (
            one is not None
            and self.is_assigned(user, module, day)
            and day <= last_day_of_learning(one.assigned_on, self.terms.learning_months)
        )

    def modules(self, user: str) -> list[str]:
        rows: Iterable[Assignment | Attempt] = (*self.assignments, *self.attempts)
        return sorted({row.module for row in rows if row.user == user})

    def status_of_asker(self, user: str, day: date) -> str | None:
        """R31: what they are in the module that is best for them."""
        modules = self.modules(user)
        if any(self.is_certified(user, module, day) for module in modules):
            return "certified"
        if any(self.is_learning(user, module, day) for module in modules):
            return "learning"
        return "neither" if any(self.is_assigned(user, module, day) for module in modules) else None

    def status(self, user: str, module: str) -> str:
        if self.is_certified(user, module, self.today):
            return "certified"
        if not self.is_assigned(user, module, self.today):
            return "unassigned"
        return "learning" if self.is_learning(user, module, self.today) else "neither"

    def early(self, user: str, module: str) -> int:
        """R27: attempts less than the wait after a failure."""
        attempts, found = self.known_attempts(user, module), 0
        for before, after in pairwise(attempts):
            has_failed = before.score < self.terms.pass_mark
            found += has_failed and (after.on - before.on).days < self.terms.wait_days
        return found

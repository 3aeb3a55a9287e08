"""The few errors a user meets. Every message says what failed, where, the value seen, what was expected, what to do."""

from __future__ import annotations


class LivretError(Exception):
    """Base of all errors shown to a user without a traceback; `exit_status` is what the command line ends with."""

    exit_status = 1


class ConfigurationError(LivretError):
    """Wrong usage, or a contract, `source.toml` or option that cannot be used."""

    exit_status = 2


class BuildError(LivretError):
    """A model, an asset or the publication failed."""


class InvariantError(LivretError):
    """An invariant of the warehouse does not hold (rows lost, doubled or unaccounted for)."""


class SetAside(LivretError):
    """Published, but figures of at least one contract or client were put aside, or a file as a whole: told last of all."""

    exit_status = 3


class UnreadableFile(LivretError):
    """Nothing in this file can be read: it becomes one file-level reject, never a crash."""

    def __init__(self, rule: str, message: str, value: str | None = None, column: str | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.value = value
        self.column = column

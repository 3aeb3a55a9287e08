"""The landing tables: which model each one follows, what tells its rows apart, and when its rows happened."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from pipelines.schemas import (
    LandingModel,
    attestations,
    backups,
    certifications,
    history,
    holds,
    interruptions,
    monitoring,
    registry,
    tickets,
)


@dataclass(frozen=True)
class LandingTable:
    """One table of schema `landing`.

    key: columns that make two rows the same row; sent again with other values, the row is replaced.
    event: column that tells when the row happened (freshness, and the bound of comparisons with stored rows).
    sequenced: several different rows of one file may share a key; they are kept in file order, numbered from 0.
    surrogate: text columns kept once in a table of their own and stored as one integer: (columns, table, key).
    listed: text columns stored as one byte, their values being these few.
    is_counted: its rows are rows of the file; what a reader says about a file (a report) is not.
    line_tells: a line of a file gives one row at most.
    is_versioned: what a later version of the file does not tell any more is gone (see `file_versions`).
    """

    name: str
    source: str
    model: type[LandingModel]
    key: tuple[str, ...]
    event: str | None = None
    sequenced: bool = False
    surrogate: tuple[tuple[str, ...], str, str] | None = None
    listed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_counted: bool = True
    line_tells: bool = False
    is_versioned: bool = False

    @property
    def columns(self) -> dict[str, pl.DataType]:
        """Model columns and their types, `line` included, in order."""
        return {name: column.dtype.type for name, column in self.model.to_schema().columns.items()}

    @property
    def stored_columns(self) -> dict[str, str]:
        """Columns as stored in DuckDB, with their SQL types."""
        stored: dict[str, str] = {}
        for name, kind in self.columns.items():
            if self.surrogate and name in self.surrogate[0]:
                stored.setdefault(self.surrogate[2], "integer")
            elif name in self.listed:
                stored[name] = f"enum {self.listed[name]}"
            else:
                stored[name] = sql_type(kind)
        if self.sequenced:
            stored["sequence"] = "integer"
        return {**stored, "file_id": "integer"}

    @property
    def stored_key(self) -> tuple[str, ...]:
        if self.surrogate is None:
            return self.key
        columns, _, key = self.surrogate
        return (key, *(name for name in self.key if name not in columns))

    @property
    def full_key(self) -> tuple[str, ...]:
        """What tells stored rows apart."""
        return (*self.stored_key, "sequence") if self.sequenced else self.stored_key

    @property
    def values(self) -> tuple[str, ...]:
        """Stored columns that are neither key nor provenance."""
        apart = {*self.stored_key, "line", "file_id", "sequence"}
        return tuple(name for name in self.stored_columns if name not in apart)


def sql_type(kind: pl.DataType) -> str:
    """DuckDB type of a Polars type."""
    if isinstance(kind, pl.Datetime):
        return "timestamptz"
    if isinstance(kind, pl.Decimal):
        return f"decimal({kind.precision}, {kind.scale})"
    plain = {
        pl.String: "varchar",
        pl.Int64: "bigint",
        pl.Float64: "double",
        pl.Date: "date",
        pl.Boolean: "boolean",
    }
    return next(name for dtype, name in plain.items() if kind == dtype)


_TABLES = (
    LandingTable("environments", "registry", registry.Environments, ("environment_id",)),
    LandingTable("dossiers", "registry", registry.Dossiers, ("client_id", "dossier_id", "fiscal_year_from")),
    LandingTable(
        "rejected_dossiers", "registry", registry.RejectedDossiers, ("file_id", "line"), is_counted=False
    ),
    LandingTable(
        "checks",
        "monitoring",
        monitoring.Checks,
        ("environment_id", "probe_id", "checked_at"),
        event="checked_at",
        sequenced=True,
        surrogate=(("environment_id", "probe_id"), "probes", "probe_key"),
        listed={"status": monitoring.STATUSES},
        line_tells=True,
    ),
    LandingTable(
        "outages", "monitoring", monitoring.Outages, ("environment_id", "outage_id"), event="down_from"
    ),
    LandingTable(
        "interruptions", "interruptions", interruptions.Interruptions, ("interruption_id",), event="starts_at"
    ),
    LandingTable("tickets", "tickets", tickets.Tickets, ("ticket_id",), event="created_at"),
    LandingTable(
        "pauses",
        "tickets",
        tickets.Pauses,
        ("ticket_id", "paused_from"),
        event="paused_from",
        sequenced=True,  # of one start, one file may tell several ends (R35)
    ),
    LandingTable(
        "criticality_changes",
        "tickets",
        tickets.CriticalityChanges,
        ("ticket_id", "changed_at"),
        event="changed_at",
    ),
    LandingTable(
        "ticket_events",
        "tickets",
        tickets.TicketEvents,
        ("ticket_id", "event_at", "event"),
        event="event_at",
        sequenced=True,
    ),
    LandingTable(
        "assignments",
        "certifications",
        certifications.Assignments,
        ("client_id", "user_id", "module"),
        event="assigned_on",
    ),
    LandingTable(
        "attempts",
        "certifications",
        certifications.Attempts,
        ("client_id", "attempt_id"),
        event="attempted_on",
    ),
    LandingTable(
        "major_versions",
        "certifications",
        certifications.MajorVersions,
        ("contract_id", "module", "version"),
        event="released_on",
    ),
    LandingTable(
        "attestations",
        "attestations",
        attestations.Attestations,
        ("contract_id", "article", "document", "dated_on"),
        event="dated_on",
    ),
    LandingTable(
        "points",
        "backups",
        backups.Points,
        ("repository_id", "listed_at", "environment_id", "content", "point_id"),
        event="listed_at",
        surrogate=(("repository_id", "environment_id", "content", "point_id"), "point_keys", "point_key"),
    ),
    LandingTable(
        "listings",
        "backups",
        backups.Listings,
        ("repository_id", "listed_at", "is_complete"),
        event="listed_at",
    ),
    LandingTable(
        "jobs", "backups", backups.Jobs, ("repository_id", "environment_id", "job_id"), event="started_at"
    ),
    LandingTable("restores", "backups", backups.Restores, ("restore_id",), event="asked_at"),
    LandingTable(
        "integrity_checks",
        "backups",
        backups.IntegrityChecks,
        ("repository_id", "checked_at", "tool"),
        event="checked_at",
    ),
    LandingTable(
        "movements",
        "history",
        history.Movements,
        ("client_id", "dossier_id", "movement_id"),
        event="entry_on",
        surrogate=(("client_id", "dossier_id"), "dossier_keys", "dossier_key"),
        line_tells=True,
        is_versioned=True,
    ),
    LandingTable(
        "unreadable_movements",
        "history",
        history.UnreadableMovements,
        ("file_id", "line"),
        is_counted=False,
        is_versioned=True,
    ),
    LandingTable(
        "purged_movements",
        "history",
        history.PurgedMovements,
        ("certificate_id", "client_id", "dossier_id", "movement_id"),
        event="purged_on",
    ),
    LandingTable(
        "fec_files", "history", history.FecFiles, ("file_ref", "client_id", "dossier_id"), is_counted=False
    ),
    LandingTable("fec_years", "history", history.FecYears, ("file_ref", "year"), is_counted=False),
    LandingTable(
        "fec_deviations", "history", history.FecDeviations, ("file_ref", "deviation"), is_counted=False
    ),
    LandingTable("holds", "holds", holds.Holds, ("hold_id",), event="from_on"),
    LandingTable("rejected_holds", "holds", holds.RejectedHolds, ("file_id", "line"), is_counted=False),
)

TABLES: dict[str, LandingTable] = {table.name: table for table in _TABLES}
SOURCES: tuple[str, ...] = tuple(dict.fromkeys(table.source for table in _TABLES))

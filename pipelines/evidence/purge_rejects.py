"""What could not be read and may speak of lines of a client: named beside its purge list, or a reason to write none (R41).

A purge cannot be undone: where a hold may be anybody's, nobody gets a list.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from pipelines.errors import BuildError
from pipelines.landing.tables import SOURCES

SHOWN = 10  # on the terminal; the manifest and --json have all

_UNPLACED = """
select unplaced.is_refused, unplaced.guard_id, unplaced.client_id, files.name, holds.line
from sla_intermediate.int_history_unplaced_guards as unplaced
left join landing.holds as holds on holds.hold_id = unplaced.guard_id and not unplaced.is_refused
left join landing.files as files on files.file_id = holds.file_id
where not unplaced.has_environment
    or not exists (
        select 1 from landing.environments as own where lower(trim(own.client_id)) = lower(trim($client))
    )
order by all
"""
# Rejected lines are counted by file and rule: a ledger may have a million of them.
_TOUCHING = """
with newest as (
    select * from landing.files qualify row_number() over (partition by name order by file_id desc) = 1
),
guards as (
    select distinct refused.file, refused.rule, refused.line
    from sla_intermediate.int_history_refused_guards as refused
    inner join sla_intermediate.int_history_guard_places as places
        on places.is_refused and places.guard_id = concat(refused.file, ' line ', refused.line, ': ', refused.rule)
    inner join landing.dossier_keys as keys on keys.dossier_key = places.dossier_key
    where keys.client_id = $client and ($dossier is null or keys.dossier_id = $dossier)
),
lines as (
    select newest.name as file, unreadable.rule, unreadable.line
    from landing.unreadable_movements as unreadable
    inner join newest on newest.file_id = unreadable.file_id
    where unreadable.client_id = $client and ($dossier is null or unreadable.dossier_id = $dossier)
),
-- Files refused whole, and lines that do not even tell their client.
others as (
    select rejects.file, rejects.rule, rejects.line
    from landing.rejects as rejects
    inner join newest on newest.name = rejects.file and newest.rows_rejected + newest.rows_duplicate > 0
    left join landing.unreadable_movements as unreadable
        on unreadable.file_id = rejects.file_id and unreadable.line = rejects.line
    where unreadable.line is null
        and (
            -- In a folder that only looks like one of holds or dossiers it is a guard, which stands or is corrected.
            (
                not list_contains($sources, rejects.source)
                and rejects.file_id not in (from landing.rejected_holds select file_id)
                and rejects.file_id not in (from landing.rejected_dossiers select file_id)
            )
            or (
                rejects.source = 'history'
                and (rejects.format <> 'fec' or lower(split_part(rejects.file, '/', 3)) = lower($client))
            )
        )
),
every as (
    select * from guards
    union all
    select * from lines
    union all
    select * from others
)
select file, rule, min(line), count(*) from every group by file, rule order by file, rule
"""


@dataclass(frozen=True)
class Reject:
    """Rejected rows of a file that break one rule: the first line, and how many there are."""

    file: str
    rule: str
    line: int
    rows: int

    def __str__(self) -> str:
        more = f" and {self.rows - 1} more" if self.rows > 1 else ""
        return f"{self.file} line {self.line}{more}: {self.rule}"


def refuse_unplaced(con: duckdb.DuckDBPyConnection, client_id: str) -> None:
    """Raises BuildError while a hold, or a row that may be one, may concern any client; one of a client who has an environment
    and no ledger may concern those who have a ledger and no environment, as names may be spelled otherwise."""
    told = [
        guard if is_refused else f"{file} line {line}: hold {guard!r} of client {client!r}, who has no ledger"
        for is_refused, guard, client, file, line in con.execute(_UNPLACED, {"client": client_id}).fetchall()
    ]
    if told:
        more = f"; and {len(told) - SHOWN} more, see sla_marts.unjudged" if len(told) > SHOWN else ""
        raise BuildError(
            f"no purge list for {client_id!r}: what may hold its lines could not be read, or names a client without a ledger: "
            f"{'; '.join(told[:SHOWN])}{more}. Correct the rows, send the file again under the same name and run livret run,"
            " or withdraw it with livret forget"
        )


def touching(
    con: duckdb.DuckDBPyConnection, client_id: str, dossier_id: str | None = None
) -> tuple[Reject, ...]:
    """What was rejected and concerns the client's lines, or may: its ledgers, what holds them, files of no known kind."""
    asked = {"client": client_id, "dossier": dossier_id, "sources": list(SOURCES)}
    return tuple(Reject(*row) for row in con.execute(_TOUCHING, asked).fetchall())


def told(rejects: tuple[Reject, ...]) -> list[str]:
    """Lines for the terminal: the first of them, and how many are left out."""
    if not rejects:
        return []
    left_out = len(rejects) - SHOWN
    return [
        "rejected, and may speak of these lines (all in the manifest):",
        *(f"  {reject}" for reject in rejects[:SHOWN]),
        *([f"  and {left_out} more"] if left_out > 0 else []),
    ]

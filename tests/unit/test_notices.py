"""Names that no registry knows, and facts after the instant asked about: from landing alone, as `check` and a run find them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.reports import notice_text
from tests.build import land

AS_OF = datetime.fromisoformat("2026-06-10T12:00:00+00:00")
REGISTRY = "environment_id,client_id,contract_id,kind,opened_on\n"
KNOWN = "e1,c1,quadra-expert-2023-09,production,2026-01-01\n"
TICKETS = "ticket_id,client_id,channel,kind,created_at\n"
POINTS = "repository_id,place,listed_at,environment_id,content,point_id,started_at\n"
CHECKS = "environment_id,probe_id,checked_at,status\n"
MOVEMENTS = "client_id,dossier_id,journal_code,entry_number,line_number,entry_on,account,debit,credit\n"
Told = tuple[str, str, str, int, str | None]


def told(folder: Path, files: dict[str, str]) -> list[notice_text.Notice]:
    for name, text in files.items():
        path = folder / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    database = land(folder / "inbox", folder / "work", AS_OF)
    with duckdb.connect(str(database), read_only=True) as con:
        return notice_text.read(con, "landing.notices")


def short(notices: list[notice_text.Notice]) -> set[Told]:
    return {(row["notice"], row["log"], row["name"], row["rows"], row["nearest"]) for row in notices}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        # An inbox without a registry.
        (
            {"monitoring/canonical/a.csv": CHECKS + "e1,p,2026-06-01T00:00:00Z,up\n"},
            {("no_registry", "environments", "registry/canonical/environments.csv", 1, None),
             ("unknown_environment", "checks", "e1", 1, None)},
        ),
        # A registry of which no row could be read is none either.
        (
            {"registry/canonical/environments.csv": REGISTRY + KNOWN.replace("production", "prod"),
             "tickets/canonical/tickets.csv": TICKETS + "t1,c1,support,incident,2026-06-01T00:00:00Z\n"},
            {("no_registry", "environments", "registry/canonical/environments.csv", 1, None),
             ("unknown_client", "tickets", "c1", 1, None)},
        ),
        # A point counts once, however many listings show it; nothing is unknown for its upper case where the registry has it so.
        (
            {"registry/canonical/environments.csv": REGISTRY + KNOWN,
             "backups/canonical/points.csv": POINTS + "".join(
                 f"r,a,2026-06-0{day}T06:00:00Z,{name},data,p1,2026-06-01T01:00:00Z\n" for day in (1, 2, 3) for name in ("E1", "e1"))},
            {("unknown_environment", "points", "E1", 1, "e1")},
        ),
        # Listings and checks after as_of; the instant itself is not after it.
        (
            {"registry/canonical/environments.csv": REGISTRY + KNOWN,
             "backups/canonical/points.csv": POINTS + "r,a,2026-06-10T12:00:01Z,e1,data,p1,2026-06-01T01:00:00Z\n",
             "monitoring/canonical/a.csv": CHECKS + "e1,p,2026-06-10T12:00:00Z,up\ne1,p,2026-06-10T12:00:01Z,up\n"},
            {("after_as_of", "points", "points", 1, None), ("after_as_of", "listings", "listings", 1, None),
             ("after_as_of", "checks", "checks", 1, None)},
        ),
        # Of ledgers the register of dossiers knows clients too; a contract is told where the contract folder has none such.
        (
            {"registry/canonical/environments.csv": REGISTRY + KNOWN + "e2,c2,quadra,production,2026-01-01\n",
             "registry/canonical/dossiers.csv": "client_id,dossier_id,fiscal_year_end\nc3,d,12-31\n",
             "history/canonical/m.csv": MOVEMENTS + "".join(
                 f"{client},d,VE,1,{line},2025-01-01,512,{debit},{1 - debit}\n"
                 for client in ("c3", "c9") for line, debit in ((1, 1), (2, 0)))},
            {("unknown_client", "movements", "c9", 2, "c3"),
             ("unknown_contract", "environments", "quadra", 1, "quadra-expert-2023-09")},
        ),
    ],
)  # fmt: skip
def test_what_is_noticed(tmp_path: Path, files: dict[str, str], expected: set[Told]) -> None:
    found = told(tmp_path, files)
    assert short(found) == expected
    assert all(notice["name"] in notice_text.text(found) for notice in found)


def test_an_inbox_in_order_is_told_nothing(tmp_path: Path) -> None:
    files = {"registry/canonical/environments.csv": REGISTRY + KNOWN,
             "monitoring/canonical/a.csv": CHECKS + "e1,p,2026-06-10T12:00:00Z,up\n"}  # fmt: skip
    found = told(tmp_path, files)
    assert found == [] and notice_text.text(found) == ""


def test_a_list_of_names_that_is_cut_says_so_and_a_name_cannot_forge_a_row(tmp_path: Path) -> None:
    names = [f"n{place:02}" for place in range(22)] + ['"n,x"']
    rows = "".join(f"{name},p,2026-06-01T00:00:00Z,up\n" for name in names)
    files = {
        "registry/canonical/environments.csv": REGISTRY + KNOWN,
        "monitoring/canonical/a.csv": CHECKS + rows,
    }
    found = told(tmp_path, files)
    text = notice_text.text(found)
    assert (
        "and 3 more: --json has all of them" in text
        and "and 3 more such rows: --json has all of them" in text
    )
    assert {row["registry_row"] for row in found} >= {'"n,x",CLIENT_ID,,CONTRACT_ID,KIND,YYYY-MM-DD,'}
    assert len(found) == 23

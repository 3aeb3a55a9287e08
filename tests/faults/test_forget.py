"""What was fed by mistake is replaced or withdrawn, and leaves no trace in a figure (F8).

A copy of the warehouse of all faults is fed one bad file per source, built, and made to forget them: it must tell again what it
told before, in every mart.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.landing import withdrawal
from pipelines.resources import WORK_DATABASE
from pipelines.warehouse import connections
from tests.build import build
from tests.faults.conftest import AS_OF, FAULTS
from tests.published import marts

APART = ("runs", "withdrawals")
F8 = "history/fec/cli/Z1/123456789FEC20181231.txt"
VERSION = "history/fec/cli/Z1/corrected/123456789FEC20181231_v2.txt"
ENVIRONMENT = "environment_id,client_id,client_name,contract_id,kind,opened_on,closed_on\n"
AT = "2026-06-03T08:00:00Z"
# Of each source: rows that are new, that repeat what is known, and that contradict it, all of one bad file.
BAD = {
    "registry/canonical/environments_bad.csv": ENVIRONMENT
    + "bk,bk,other,quadra-expert-2023-09,test,2026-06-01,\nbadenv,cli,bad,quadra-expert-2023-09,production,2020-01-01,\n",
    "registry/canonical/dossiers_bad.csv": "client_id,dossier_id,siren,fiscal_year_end\ncli,Z1,123456789,06-30\nbad,Z9,,99-99\n",
    "monitoring/canonical/bad.csv": "environment_id,probe_id,checked_at,status,period_s\n"
    f"bk,p,{AT},down,60\nbk,p,2026-06-03T08:01:00Z,down,60\nnobody,p,{AT},down,60\nnever,p,{AT},up,60\nbk,p,{AT},odd,60\n",
    "monitoring/outages/bad.csv": "environment_id,outage_id,down_from,down_until\n"
    f"never,n1,{AT},2026-06-03T12:00:00Z\nbk,b1,{AT},2026-06-04T09:00:00Z\n",
    "interruptions/canonical/bad.csv": "interruption_id,environment_id,cause,starts_at,ends_at\n"
    f"bad,bk,force_majeure,{AT},2026-06-03T10:00:00Z\nbad2,bk,act_of_god,{AT},\n",
    "tickets/canonical/tickets_bad.csv": "ticket_id,client_id,channel,kind,criticality,created_at,taken_in_charge_at\n"
    f"n-taken,never,support,incident,high,2026-06-01T10:00:00Z,\nbad,cli,support,incident,critical,{AT},\n",
    "tickets/canonical/pauses_bad.csv": f"ticket_id,paused_from,paused_until,reason\nn-taken,{AT},,bad\n",
    "tickets/canonical/criticality_changes_bad.csv": f"ticket_id,changed_at,criticality\nn-taken,{AT},moderate\n",
    "tickets/event_log/bad/log.csv": f"ticket_id,event_at,event,client_id,environment_id,channel,kind,criticality\n"
    f"logged,{AT},created,cli,,support,incident,critical\nlogged,2026-06-03T09:00:00Z,taken_in_charge,cli,,,,\n",
    "certifications/canonical/assignments_bad.csv": "client_id,user_id,module,assigned_on\ncli,u,compta,2026-05-01\n",
    "certifications/canonical/attempts_bad.csv": "client_id,attempt_id,user_id,module,attempted_on,score_pct\n"
    "cli,a,u,compta,2026-05-02,90\n",
    "certifications/canonical/major_versions_bad.csv": "contract_id,module,version,released_on\n"
    "quadra-expert-2023-09,compta,2,2026-05-03\n",
    "attestations/canonical/bad.csv": "contract_id,article,document,dated_on,valid_until\n"
    "quadra-expert-2023-09,7,bad.pdf,2026-05-01,2027-05-01\n",
    "backups/canonical/points_bad.csv": "repository_id,place,listed_at,environment_id,content,point_id,started_at,status\n"
    "bdoc-A,A,2026-06-10T06:00:00Z,bdoc,documents,new,2026-06-10T01:00:00Z,damaged\n"
    "bdoc-A,A,2026-06-10T07:00:00Z,bdoc,documents,newer,2026-06-10T02:00:00Z,good\n"
    "bad-A,A,2026-06-10T07:00:00Z,unknown,data,p,2026-06-10T02:00:00Z,good\n",
    "backups/canonical/listings_bad.csv": "repository_id,place,listed_at,points,is_complete\nbshort-A,A,2026-06-10T08:00:00Z,0,true\n",
    "backups/canonical/jobs_bad.csv": "repository_id,environment_id,content,job_id,started_at,finished_at,status,point_id\n"
    "bshort-A,bshort,data,j,2026-06-10T01:00:00Z,,failed,n0\n",
    "backups/canonical/restores_bad.csv": "restore_id,environment_id,asked_at,done_at,point_id,kind,result\n"
    f"r,bshort,{AT},,n0,request,failed\n",
    "backups/canonical/integrity_checks_bad.csv": "repository_id,place,checked_at,tool,result,message\n"
    f"bshort-A,A,{AT},restic,failed,bad\n",
    "holds/canonical/bad.csv": "hold_id,client_id,dossier_id,reason,legal_basis,from_on\nbad,cli,Z1,bad,,2026-01-01\n",
    "history/canonical/bad.csv": "client_id,dossier_id,journal_code,entry_number,line_number,entry_on,account,debit,credit\n"
    "cli,Z1,VE,2,9,2018-01-05,606000,5.00,0.00\nbad,Z9,VE,1,1,2018-01-05,606000,5.00,0.00\n",
}


def f8_of(work: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(work / WORK_DATABASE), read_only=True) as con:
        return con.execute(
            "select lines, debit from sla_marts.history_purge_entries"
            " where client_id = 'cli' and dossier_id = 'Z1' and entry_number = '1'"
        ).fetchall()


@dataclass(frozen=True)
class Told:
    before: dict[str, list[tuple[Any, ...]]]
    fed: dict[str, list[tuple[Any, ...]]]
    after: dict[str, list[tuple[Any, ...]]]
    f8: list[list[tuple[Any, ...]]]
    work: Path


@pytest.fixture(scope="module")
def told(faults: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The marts before the bad files came, with them, and after they were forgotten."""
    folder = tmp_path_factory.mktemp("forget")
    shutil.copytree(faults, folder / "copy", ignore=shutil.ignore_patterns("logs"))
    inbox, work, contract = (folder / "copy" / name for name in ("inbox", "work", "contract"))
    as_of = datetime.fromisoformat(AS_OF)
    before, f8 = marts(work / WORK_DATABASE, APART), [f8_of(work)]
    for name, text in BAD.items():
        (inbox / name).parent.mkdir(parents=True, exist_ok=True)
        (inbox / name).write_text(text, encoding="utf-8")
    (inbox / VERSION).parent.mkdir()
    shutil.copyfile(FAULTS / "F8_corrected_export" / "second_run" / F8, inbox / VERSION)
    build(inbox, work, as_of, contract)
    fed = marts(work / WORK_DATABASE, APART)
    f8.append(f8_of(work))
    with connections.writer(work / WORK_DATABASE) as con:
        found = withdrawal.readings(con, inbox, [*BAD, str(inbox / VERSION)])
        withdrawal.forget(con, found, at=datetime(2026, 6, 11, tzinfo=UTC), by="somebody", why="bad")
    build(inbox, work, as_of, contract)
    f8.append(f8_of(work))
    yield Told(before, fed, marts(work / WORK_DATABASE, APART), f8, work)


def test_every_bad_file_was_read_and_did_harm(told: Told) -> None:
    names = {row[2] for row in told.fed["input_files"] if row[6]}
    assert names >= {*BAD, VERSION}
    moved = {mart for mart, rows in told.fed.items() if rows != told.before[mart]}
    assert moved >= {
        "monthly_availability", "outages", "ticket_commitments", "backup_coverage", "backup_nights", "backup_proofs",
        "backup_restores", "backup_documents", "history_purge_entries", "user_certifications", "obligations", "rejects",
        "source_freshness", "unjudged",
    }  # fmt: skip


def test_forgotten_files_leave_every_mart_as_it_was(told: Told) -> None:
    assert told.after.keys() == told.before.keys()
    differing = {
        mart: (
            sorted({*rows} - {*told.before[mart]}, key=str)[:3],
            sorted({*told.before[mart]} - {*rows}, key=str)[:3],
        )
        for mart, rows in told.after.items()
        if rows != told.before[mart]
    }
    assert differing == {}


def test_f8_the_corrected_file_replaces_the_one_before(told: Told) -> None:
    assert told.f8 == [[(2, Decimal("100.00"))], [(2, Decimal("120.00"))], [(2, Decimal("100.00"))]]


def test_withdrawals_tell_who_when_and_why(told: Told) -> None:
    with duckdb.connect(str(told.work / WORK_DATABASE), read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        found = con.execute(
            "select count(*), count(distinct name), min(withdrawn_by), min(why), min(withdrawn_at)::varchar,"
            " sum(rows_stored) = sum(rows_gone + rows_kept + rows_restored) from sla_marts.withdrawals"
        ).fetchall()
    assert found == [(len(BAD) + 1, len(BAD) + 1, "somebody", "bad", "2026-06-11 00:00:00+00", True)]

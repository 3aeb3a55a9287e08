"""What protects lines from a purge and is odd holds them, and says by which row (F4, R41 to R44)."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.evidence import purge
from pipelines.resources import WORK_DATABASE
from tests.faults.more_protect import CLIENT

HOLDS, DOSSIERS = "holds/canonical/protect/holds.csv", "registry/canonical/protect/dossiers.csv"


def reasons(con: duckdb.DuckDBPyConnection, client: str) -> dict[str, tuple[str, str]]:
    rows = con.execute(
        "select dossier_id, verdict, reasons from sla_marts.history_purge_entries where client_id = ?",
        [client],
    ).fetchall()
    return {dossier: (verdict, text) for dossier, verdict, text in rows}


def test_f4_a_rejected_hold_or_closing_day_holds_its_dossier(con: duckdb.DuckDBPyConnection) -> None:
    found = reasons(con, "cli")
    assert found["J07"] == ("hold", "rejected_hold (holds/canonical/F4/holds.csv line 2: not_a_date)")
    assert found["J09"] == (
        "hold",
        "rejected_hold (registry/canonical/F4/dossiers.csv line 2: not_of_the_form)",
    )


@pytest.mark.parametrize(
    ("dossier", "why"),
    [
        ("alike", "litige (p1)"),
        ("no_reason", f"rejected_hold ({HOLDS} line 3: required_value_missing)"),
        ("backward", "litige (p3)"),
        ("released", "litige (p4)"),
        ("span", "litige (p5)"),
        ("years", "litige (p6)"),
        ("accounts", "litige (p7)"),
        ("piece", "litige (p8)"),
        ("twice_a", f"rejected_hold ({HOLDS} line 10: told_twice)"),
        ("twice_b", "litige (p9)"),
        ("newer_rejected", "rejected_hold (holds/canonical/protect/later.csv line 2: not_a_date)"),
        ("spoilt_list", f"rejected_hold ({HOLDS} line 15: not_a_date)"),
        ("closing_0230", f"rejected_hold ({DOSSIERS} line 2: not_of_the_form)"),
        ("overlap", f"rejected_hold ({DOSSIERS} line 3: fiscal_years_overlap)"),
        ("told_twice", f"rejected_hold ({DOSSIERS} line 5: told_twice)"),
        ("closing_alike", f"rejected_hold ({DOSSIERS} line 7: spelled_otherwise)"),
        ("year_date", f"rejected_hold ({DOSSIERS} line 8: not_a_date)"),
    ],
)
def test_what_is_odd_holds(con: duckdb.DuckDBPyConnection, dossier: str, why: str) -> None:
    assert reasons(con, CLIENT)[dossier] == ("hold", why)


def test_what_is_not_odd_frees(con: duckdb.DuckDBPyConnection) -> None:
    found = reasons(con, CLIENT)
    assert found["free"] == found["called_off"] == ("purge", "")


def test_a_dossier_that_nobody_knows_holds_all_of_its_client(con: duckdb.DuckDBPyConnection) -> None:
    assert reasons(con, "p-other") == dict.fromkeys(("one", "two"), ("hold", "litige (p12)"))


def test_what_does_not_do_what_it_says_is_told(con: duckdb.DuckDBPyConnection) -> None:
    told = dict(
        con.execute(
            "select name, reason from sla_marts.unjudged where log in ('holds', 'dossiers')"
        ).fetchall()
    )
    assert told["p1"] == "spelled otherwise than the ledger it holds"
    assert told["p3"] == "ends before it begins: holds until corrected"
    assert told["p11"] == "ends before it begins"
    assert told["p12"] == "no ledger has that dossier: all of the client it may be are held"
    assert (
        told[f"{HOLDS} line 3: required_value_missing"]
        == "was rejected: holds all of its client or dossier until corrected"
    )


def test_the_list_names_what_was_rejected(faults: Path, tmp_path: Path) -> None:
    done = purge.purge_list(faults / "work" / WORK_DATABASE, tmp_path, CLIENT)
    assert done.entries == 2
    named = {(reject.file, reject.rule): (reject.line, reject.rows) for reject in done.rejects}
    assert named[HOLDS, "told_twice"] == (10, 1)
    assert named[DOSSIERS, "not_of_the_form"] == (2, 1)
    assert "F4" not in " ".join(reject.file for reject in done.rejects)  # another client's
    only = purge.purge_list(faults / "work" / WORK_DATABASE, tmp_path, CLIENT, "overlap")
    assert [(r.file, r.rule) for r in only.rejects if "protect" in r.file] == [
        (DOSSIERS, "fiscal_years_overlap")
    ]

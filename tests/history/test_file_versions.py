"""A FEC file sent again replaces the version before it, and one that may be cut short replaces nothing (F8)."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.resources import ROOT
from tests.inbox.test_withdrawn import FEC, contents, entry, forget, land, movement, put

F8 = ROOT / "tests" / "fixtures" / "faults" / "F8_corrected_export"
NAME = "history/fec/c/d/123456789FEC20181231.txt"
WHOLE = FEC + entry("1") + entry("2") + entry("3")
CORRECTED = FEC + entry("1", "120,00") + entry("2")


def ask(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return con.execute(query).fetchall()


def entries(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """Entry, lines and debit of what is stored, over all dossiers."""
    return ask(con, "select entry_number, lines, debit::double from landing.entries order by all")


ONCE = [("1", 2, 100.0), ("2", 2, 100.0), ("3", 2, 100.0)]
AFTER = [("1", 2, 120.0), ("2", 2, 100.0)]


def test_f8_sent_again_with_other_amounts(tmp_path: Path) -> None:
    shutil.copytree(F8 / "inbox", tmp_path, dirs_exist_ok=True)
    con = land(tmp_path)
    assert entries(con) == [("1", 2, 100.0)]
    shutil.copytree(F8 / "second_run", tmp_path, dirs_exist_ok=True)
    land(tmp_path, con)
    assert entries(con) == [("1", 2, 120.0)]
    told = ask(
        con,
        "select old_values like '%100.0%', new_values from landing.changes where table_name = 'movements'",
    )
    assert told == [(True, "null"), (True, "null")]


@pytest.mark.parametrize(
    "name",
    [
        NAME,
        NAME.replace(".txt", "_v2.txt"),
        "history/fec/c/d/sent later/123456789FEC20181231.csv",
        "history/fec/c/d/copie de 123456789fec20181231 (1).txt",
        NAME + ".gz",
    ],
)
def test_under_whatever_name(tmp_path: Path, name: str) -> None:
    put(tmp_path, NAME, WHOLE)
    con = land(tmp_path)
    assert entries(con) == ONCE
    put(tmp_path, name, CORRECTED)
    if name.endswith(".gz"):
        (tmp_path / name).write_bytes(gzip.compress(CORRECTED.encode()))
    land(tmp_path, con)
    assert entries(con) == AFTER
    replaced = ask(
        con,
        "select count(*) from landing.changes where table_name = 'movements' and new_values = 'null' and old_file_id = 1",
    )
    assert replaced == [(4,)], "two lines of entry 1, two of entry 3"


@pytest.mark.parametrize(
    "name",
    [
        "history/fec/c/d/123456789FEC20191231.txt",  # another year
        "history/fec/c/d/987654321FEC20181231.txt",  # another firm
        "history/fec/c/e/123456789FEC20181231.txt",  # another dossier
        "history/fec/x/d/123456789FEC20181231.txt",  # another client
        "history/fec/c/d/export.txt",  # says no year
    ],
)
def test_another_file_replaces_nothing(tmp_path: Path, name: str) -> None:
    put(tmp_path, NAME, WHOLE)
    put(tmp_path, name, FEC + entry("1", "120,00"))
    con = land(tmp_path)
    assert sum(lines for _, lines, _ in entries(con)) == 8
    assert ask(con, "select count(*) from landing.changes where new_values = 'null'") == [(0,)]


def test_a_name_without_a_year_is_a_version_of_itself(tmp_path: Path) -> None:
    put(tmp_path, "history/fec/c/d/export.txt", WHOLE)
    con = land(tmp_path)
    put(tmp_path, "history/fec/c/d/export.txt", CORRECTED)
    land(tmp_path, con)
    assert entries(con) == AFTER


def test_both_at_once_the_one_changed_last_counts(tmp_path: Path) -> None:
    """Whatever the order of their names; and the same as one after the other."""
    for folder, first, later in (("x", "a/", "b/"), ("y", "b/", "a/")):
        inbox = tmp_path / folder
        name = "history/fec/c/d/{}123456789FEC20181231.txt"
        put(inbox, name.format(first), WHOLE, 1)
        put(inbox, name.format(later), CORRECTED, 2)
        at_once = land(inbox)
        assert entries(at_once) == AFTER
        (inbox / name.format(later)).rename(tmp_path / "aside")
        apart = land(inbox)
        (tmp_path / "aside").rename(inbox / name.format(later))
        land(inbox, apart)
        assert contents(at_once) == contents(apart)


def test_three_versions_and_a_line_that_comes_back(tmp_path: Path) -> None:
    con = None
    for number, text in enumerate((WHOLE, CORRECTED, FEC + entry("1", "120,00") + entry("2") + entry("3"))):
        put(tmp_path, NAME.replace(".txt", f"_{number}.txt"), text)
        con = land(tmp_path, con)
    assert con is not None
    assert entries(con) == [("1", 2, 120.0), ("2", 2, 100.0), ("3", 2, 100.0)]


def test_what_another_file_also_tells_stays(tmp_path: Path) -> None:
    put(tmp_path, NAME, WHOLE)
    put(tmp_path, "history/fec/c/d/other.txt", FEC + entry("3"))
    con = land(tmp_path)
    put(tmp_path, NAME, CORRECTED)
    land(tmp_path, con)
    assert entries(con) == [*AFTER, ("3", 2, 100.0)]
    owner = "select distinct files.name from landing.movements inner join landing.files using (file_id) where entry_number = '3'"
    assert ask(con, owner) == [("history/fec/c/d/other.txt",)]


OPEN = movement("4", debit="7,00", account="411000") + movement("4", credit="7,00", account="706000")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (FEC + entry("1") + entry("2"), "tells nothing new"),
        (FEC + entry("1") + movement("2", debit="100,00"), "tells nothing new"),
        (FEC + entry("1", "120,00") + movement("2", debit="100,00"), "does not balance"),
        (FEC + entry("1", "120,00") + entry("2") + "VE\tVentes\t3\t2018", "rejected lines"),
        (FEC + "VE\tVentes\t3\t2018\n", "tells nothing new"),
    ],
)
def test_a_version_that_may_be_cut_short_frees_nothing(tmp_path: Path, text: str, why: str) -> None:
    put(tmp_path, NAME, WHOLE + OPEN)
    con = land(tmp_path)
    before = entries(con)
    put(tmp_path, NAME.replace(".txt", "_v2.txt"), text)
    land(tmp_path, con)
    assert entries(con) == before
    [(rule, raw, value)] = ask(con, "select rule, raw, value from landing.rejects")
    assert rule == "version_refused" and why in raw and value.endswith(" lines")
    accounts = (
        "select rows_in, rows_accepted, rows_duplicate, rows_rejected from landing.files order by file_id"
    )
    assert ask(con, accounts) == [(8, 8, 0, 0), (1, 0, 0, 1)]
    assert ask(con, "select count(*) from landing.changes") == [(0,)]
    land(tmp_path, con)
    assert ask(con, accounts) == [(8, 8, 0, 0), (1, 0, 0, 1)], "it is not read on every run"


def test_files_of_one_year_that_share_no_entry_do_not_replace_each_other(tmp_path: Path) -> None:
    put(tmp_path, NAME, WHOLE)
    put(tmp_path, NAME.replace(".txt", "_2.txt"), FEC + entry("7"))
    con = land(tmp_path)
    assert entries(con) == ONCE
    assert "shares no entry" in str(ask(con, "select raw from landing.rejects"))


def test_a_file_of_which_nothing_can_be_read_replaces_nothing(tmp_path: Path) -> None:
    put(
        tmp_path,
        NAME,
        WHOLE + "VE\tVentes\t1\t20189999\t606000\t\t\t\tP\t20180105\tx\t1,00\t0,00\t\t\t\t\t\n",
    )
    con = land(tmp_path)
    for text in ("", "hello\n"):
        put(tmp_path, NAME, text)
        land(tmp_path, con)
        assert entries(con) == ONCE
        assert ask(con, "select count(*) from landing.unreadable_movements") == [(1,)], (
            "its entry stays blocked"
        )


def test_rejects_of_a_replaced_version_go_with_it(tmp_path: Path) -> None:
    bad = "VE\tVentes\t9\t20189999\t606000\t\t\t\tP\t20180105\tx\t1,00\t0,00\t\t\t\t\t\n"
    put(tmp_path, NAME, WHOLE + bad)
    con = land(tmp_path)
    put(tmp_path, NAME, WHOLE + entry("9"))
    land(tmp_path, con)
    assert entries(con) == [*ONCE, ("9", 2, 100.0)]
    assert ask(con, "select count(*) from landing.unreadable_movements") == [(0,)]


def test_a_file_spoilt_mended_and_spoilt_again_keeps_its_entry(tmp_path: Path) -> None:
    """The bytes of the first reading once more: its rejected line is the newest reading's again."""
    bad = "VE\tVentes\t1\t20180105\t606000\t\t\t\tP\t20180105\tx\t??\t0,00\t\t\t\t\t\n"
    con = None
    for text in (WHOLE + bad, WHOLE, WHOLE + bad):
        put(tmp_path, NAME, text)
        con = land(tmp_path, con) if con else land(tmp_path)
    newest = "(select max(file_id) from landing.files where source = 'history')"
    assert ask(con, f"select count(*), min(file_id) = {newest} from landing.unreadable_movements") == [
        (1, True)
    ]


def test_a_refused_version_is_read_once_the_one_before_is_forgotten(tmp_path: Path) -> None:
    put(tmp_path, NAME, WHOLE)
    con = land(tmp_path)
    put(tmp_path, NAME.replace(".txt", "_v2.txt"), FEC + entry("1"))
    land(tmp_path, con)
    assert entries(con) == ONCE
    forget(con, tmp_path, NAME)
    assert entries(con) == [("1", 2, 100.0)]
    assert ask(con, "select count(*) from landing.rejects") == [(0,)]


def test_versions_that_come_together_are_weighed_one_by_one(tmp_path: Path) -> None:
    texts = (
        WHOLE,
        FEC + entry("1") + entry("2"),
        FEC + entry("1", "120,00") + movement("2", debit="100,00"),
        FEC + entry("2"),
    )
    for number, text in enumerate(texts):
        put(tmp_path, NAME.replace(".txt", f"_{number}.txt"), text, number)
    con = land(tmp_path)
    assert entries(con) == ONCE
    assert ask(
        con, "select count(*), count(distinct file_id) from landing.rejects where rule = 'version_refused'"
    ) == [(3, 3)]

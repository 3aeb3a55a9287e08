"""Sums of lines by entry and dossier: after any sequence of arrivals they are those of a count from nothing."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import InvariantError
from pipelines.landing import ingestion, ledgers
from pipelines.warehouse import connections

COLUMNS = (
    "client_id", "dossier_id", "journal_code", "entry_number", "line_number", "entry_on", "account", "debit", "credit",
    "lettering", "validated_on",
)  # fmt: skip
KEY = ["dossier_key", "entry_id", "journal_code", "entry_number", "entry_on"]


class Inbox:
    """A folder of ledgers and the landing tables that follow it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "work.duckdb"

    def write(self, name: str, rows: list[tuple[object, ...]]) -> None:
        path = self.folder / "inbox" / "history" / "canonical" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(COLUMNS)
            writer.writerows(rows)

    def ingest(self) -> None:
        with connections.writer(self.database) as con:
            ingestion.create(con)
            ingestion.start_run(con, "test", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
            ingestion.Landing(con, self.folder / "inbox").ingest("history")

    def check(self) -> int:
        """Entries, each compared with the lines stored; raises AssertionError where a sum is another."""
        with connections.writer(self.database) as con:
            lines = con.execute("from landing.movements").pl()
            entries = con.execute(
                "select * exclude (debit, credit, wide_debit, wide_credit), coalesce(debit, wide_debit) as debit,"
                " coalesce(credit, wide_credit) as credit from landing.entries"
            ).pl()
            stored = con.execute("select * exclude (revision) from landing.ledgers where lines > 0").pl()
            assert con.execute("select count(*) from landing.touched_ledgers").fetchone() == (0,)
        counted = lines.group_by(KEY).agg(
            pl.len().cast(pl.Int32).alias("lines"),
            pl.col("validated_on").null_count().cast(pl.Int32).alias("unvalidated_lines"),
            pl.col("lettering").count().cast(pl.Int32).alias("lettered_lines"),
            pl.col("size_bytes").sum(),
            pl.col("debit").sum().cast(entries.schema["debit"]),
            pl.col("credit").sum().cast(entries.schema["credit"]),
        )
        assert entries.sort(KEY).equals(counted.select(entries.columns).sort(KEY))
        dossiers = lines.group_by("dossier_key").agg(
            pl.len().cast(pl.Int64).alias("lines"),
            pl.col("entry_on").min().alias("first_on"),
            pl.col("entry_on").max().alias("last_on"),
        )
        assert stored.sort("dossier_key").equals(dossiers.select(stored.columns).sort("dossier_key"))
        return entries.height


def line(dossier: str, number: int, place: int, amount: str = "5.00", **more: object) -> tuple[object, ...]:
    row: dict[str, object] = {
        "client_id": "c", "dossier_id": dossier, "journal_code": "VE", "entry_number": number, "line_number": place,
        "entry_on": date(2020, 1, 1), "account": "411000", "debit": amount, "credit": "0", "lettering": "", "validated_on": "",
    }  # fmt: skip
    return tuple({**row, **more}.values())


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a.csv", "b.csv", "c.csv"]),
            st.lists(
                st.tuples(
                    st.sampled_from(["d", "e", "f"]), st.integers(1, 3), st.integers(1, 3),
                    st.sampled_from(["5.00", "7.25"]), st.sampled_from(["", "AA"]), st.sampled_from(["", "2020-02-01"]),
                ),
                max_size=6,
            ),
            st.sampled_from(["", "", "take back"]),
        ),
        min_size=1,
        max_size=5,
    )
)  # fmt: skip
def test_sums_follow_lines_that_come_late_change_and_go(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, list[tuple[object, ...]], str]]
) -> None:
    inbox = Inbox(tmp_path_factory.mktemp("ledgers"))
    for turn, (name, rows, then) in enumerate(steps):
        inbox.write(
            name,
            [
                line(str(d), int(str(n)), int(str(p)), str(amount), lettering=letter, validated_on=valid)
                for d, n, p, amount, letter, valid in rows
            ],
        )
        if then:  # other settings: what every file said is taken back and read anew
            (inbox.folder / "inbox" / "history" / "source.toml").write_text(
                f'time_zone = "Etc/GMT+{turn + 1}"\n'
            )
        inbox.ingest()
        inbox.check()


def test_lines_that_come_around_all_stored_ones_and_meet_none_are_merged(tmp_path: Path) -> None:
    """Only dossier d is stored, and the file that comes tells of one known before it and of one after: it ended the run."""
    inbox = Inbox(tmp_path)
    inbox.write("b.csv", [line("e", 1, 1)])
    inbox.ingest()
    inbox.write("b.csv", [])
    inbox.write("a.csv", [line("d", 1, 1)])
    (tmp_path / "inbox" / "history" / "source.toml").write_text('time_zone = "Etc/GMT+2"\n')
    inbox.ingest()
    assert inbox.check() == 1
    inbox.write("c.csv", [line("e", 1, 1), line("f", 1, 1)])
    inbox.ingest()
    assert inbox.check() == 3


def test_a_dossier_that_goes_leaves_no_sum(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.write("a.csv", [line("d", 1, 1), line("e", 1, 1)])
    inbox.ingest()
    assert inbox.check() == 2
    inbox.write("a.csv", [line("e", 1, 1)])
    (tmp_path / "inbox" / "history" / "source.toml").write_text('time_zone = "Europe/Paris"\n')
    inbox.ingest()
    assert inbox.check() == 1


def test_a_run_killed_before_it_summed_up_is_made_good_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = Inbox(tmp_path)
    inbox.write("a.csv", [line("d", 1, 1), line("e", 1, 1)])
    inbox.ingest()
    inbox.write("b.csv", [line("d", 1, 2), line("f", 1, 1)])

    def killed(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ledgers, "refresh", killed)
        with pytest.raises(KeyboardInterrupt):
            inbox.ingest()
    inbox.ingest()
    assert inbox.check() == 3


def test_dossiers_are_summed_up_in_portions_of_bounded_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "LINES_AT_ONCE", 3)
    inbox = Inbox(tmp_path)
    inbox.write(
        "a.csv",
        [line(f"d{dossier}", 1, place) for dossier in range(9) for place in range(1, 2 + dossier % 5)],
    )
    inbox.ingest()
    assert inbox.check() == 9


def test_sums_of_any_size_are_exact(tmp_path: Path) -> None:
    """Ten thousand lines of nearly 10^12 are more than 16 digits before the comma."""
    inbox = Inbox(tmp_path)
    inbox.write("a.csv", [line("d", 1, place, "999999999999.99") for place in range(10_001)])
    inbox.ingest()
    assert inbox.check() == 1


def test_two_entries_of_one_key_are_refused(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.write("a.csv", [line("d", 1, 1), line("d", 2, 1)])
    inbox.ingest()
    with connections.writer(inbox.database) as con:
        con.execute("update landing.movements set entry_id = 7")
        ledgers.touch(con, "select dossier_key from landing.movements")
        with pytest.raises(InvariantError, match="entries '1' and '2'"):
            ledgers.refresh(con)


def test_nothing_is_summed_up_where_nothing_came(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.write("a.csv", [line("d", 1, 1)])
    inbox.ingest()
    with duckdb.connect(str(inbox.database)) as con:
        con.execute("update landing.entries set lines = 99")
    inbox.ingest()
    with duckdb.connect(str(inbox.database)) as con:
        assert con.execute("select lines from landing.entries").fetchall() == [(99,)]

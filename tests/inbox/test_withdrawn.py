"""A file taken back leaves the landing tables of an inbox that never had it, whatever else told of its rows."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.errors import ConfigurationError
from pipelines.landing import ingestion, withdrawal

AT = datetime(2026, 6, 10, tzinfo=UTC)
CHECKS = "environment_id,probe_id,checked_at,status,period_s,latency_ms,message\n"
TICKETS = "ticket_id,client_id,channel,kind,criticality,created_at,subject\n"
MOVEMENTS = (
    "client_id,dossier_id,journal_code,entry_number,line_number,entry_on,account,debit,credit,lettering\n"
)
OUTAGES = "environment_id,outage_id,down_from,down_until,message\n"
POINTS = "repository_id,place,listed_at,environment_id,content,point_id,started_at,status\n"
FEC = (
    "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\tPieceRef\tPieceDate"
    "\tEcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise\n"
)
# What tells of files and not of their rows, what is computed anew, and names that stay known.
APART = {
    "withdrawals", "run", "touched_probe_days", "touched_points", "touched_repositories", "touched_ledgers",
    "restore_points_read", "probes", "point_keys",
    "dossier_keys", "holdings",
}  # fmt: skip
KEYS = {"probe_key": "probes", "point_key": "point_keys", "dossier_key": "dossier_keys"}


def movement(
    entry: str, debit: str = "0,00", credit: str = "0,00", account: str = "606000", lettering: str = ""
) -> str:
    return f"VE\tVentes\t{entry}\t20180105\t{account}\tCompte\t\t\tP{entry}\t20180105\tVente\t{debit}\t{credit}\t{lettering}\t\t20180131\t\t\n"


def entry(number: str, amount: str = "100,00", lettering: str = "") -> str:
    return movement(number, debit=amount, lettering=lettering) + movement(
        number, credit=amount, account="512000"
    )


def put(inbox: Path, name: str, text: str, changed: int = 0) -> None:
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (changed, changed))


def land(inbox: Path, con: duckdb.DuckDBPyConnection | None = None) -> duckdb.DuckDBPyConnection:
    """One run of the landing, into memory unless a warehouse is given."""
    if con is None:
        con = duckdb.connect()
        con.execute("set TimeZone = 'UTC'")
        ingestion.create(con)
    ingestion.start_run(con, "run", AT.isoformat(), AT.isoformat())
    engine = ingestion.Landing(con, inbox)
    for source in ingestion.SOURCES:
        if (inbox / source).is_dir():
            engine.ingest(source)
    return con


def forget(con: duckdb.DuckDBPyConnection, inbox: Path, *names: str) -> withdrawal.Withdrawn:
    found = withdrawal.readings(con, inbox, names)
    became = withdrawal.forget(con, found, at=AT, by="somebody", why="test")
    land(inbox, con)
    return became


def contents(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, with names of files in place of their numbers and texts in place of surrogate keys."""
    found = con.execute(
        "select table_name, list(column_name order by column_index) from duckdb_columns() where schema_name = 'landing' group by all"
    ).fetchall()
    rows = {}
    for table, columns in found:
        if table in APART:
            continue
        told, joins = [], []
        for column in columns:
            if column in ("revision", "reject_key") or (table, column) == ("files", "file_id"):
                continue
            if column == "key" and table in ("changes", "also_brought"):
                continue  # names rows by surrogate keys
            if table == "listings" and column in ("points", "line", "file_id"):
                continue  # told by points: whichever of its files is named, it was taken then
            if column.endswith("file_id"):
                joins.append(f"left join landing.files as f_{column} on f_{column}.file_id = t.{column}")
                told.append(f"f_{column}.name || f_{column}.sha256")
            elif column in KEYS:
                joins.append(
                    f"left join landing.{KEYS[column]} as k_{column} on k_{column}.{column} = t.{column}"
                )
                told.append(f"(k_{column}::varchar).regexp_replace('.{column}.: [0-9]+', '')")
            elif column == "holding_key":
                joins.append("left join landing.holdings as h on h.holding_key = t.holding_key")
                told.append("h.environment_id")
            else:
                told.append(f't."{column}"')
        if table == "also_brought":
            told += ["unnest(range(lines))"]
        joins += ["where t.lines > 0"] if table == "ledgers" else []
        rows[table] = con.execute(
            f'select {", ".join(told)} from landing."{table}" as t {" ".join(joins)} order by all'
        ).fetchall()
    return rows


def world(seed: int) -> list[tuple[int, str, str]]:
    """(run, name, text) of files that overlap, contradict and repeat each other, rejected rows and versions among them."""
    chance = random.Random(seed)
    files = []
    for number in range(chance.randint(3, 7)):
        run = chance.randint(0, 2)
        minute = [f"{m:02}" for m in range(8)]
        some = lambda: sorted(chance.sample(range(8), chance.randint(1, 8)))  # noqa: E731
        kind = chance.choice(["checks", "tickets", "outages", "movements", "points", "fec"])
        if kind == "checks":
            text = CHECKS + "".join(
                f"e,p,2026-06-01T10:{minute[m]}:00Z,{chance.choice(['up', 'up', 'down', 'odd'])},60,,\n"
                for m in some()
            )
            name = f"monitoring/canonical/{number}.csv"
        elif kind == "tickets":
            text = TICKETS + "".join(
                f"t{m},c,support,incident,{chance.choice(['critical', 'high'])},2026-06-01T10:00:00Z,{chance.choice('xy')}\n"
                for m in some()
            )
            name = f"tickets/canonical/tickets{number}.csv"
        elif kind == "outages":
            text = OUTAGES + "".join(f"e,o{m},2026-06-01T10:0{chance.choice('01')}:00Z,,\n" for m in some())
            name = f"monitoring/outages/{number}.csv"
        elif kind == "movements":
            text = MOVEMENTS + "".join(
                f"c,d,VE,{m},1,2018-01-0{chance.choice('12')},606000,1.00,0.00,{chance.choice(['', 'A'])}\n"
                for m in some()
            )
            name = f"history/canonical/{number}.csv"
        elif kind == "points":
            text = POINTS + "".join(
                f"r,A,2026-06-0{1 + m % 3}T10:00:00Z,e,data,p{m},2026-06-01T01:00:00Z,{chance.choice(['good', 'partial'])}\n"
                for m in some()
            )
            name = f"backups/canonical/points{number}.csv"
        else:
            text = FEC + "".join(
                entry(str(m), chance.choice(["1,00", "1,00", "2,00", "x"]), chance.choice(["", "A"]))
                for m in some()
            )
            name = f"history/fec/c/z/123456789FEC20181231{chance.choice(['', '_v2', '_v3'])}.txt"
        files.append((run, name, text))
    return sorted(files)


def fed(inbox: Path, files: list[tuple[int, str, str]]) -> duckdb.DuckDBPyConnection:
    con = land(inbox) if inbox.mkdir(parents=True) is None else None
    for run in range(3):
        for when, name, text in files:
            if when == run:
                put(inbox, name, text, run)
        con = land(inbox, con)
    assert con is not None
    return con


@pytest.mark.parametrize("seed", range(int(os.environ.get("SEEDS", "3"))))
def test_what_is_left_is_what_would_have_been(tmp_path: Path, seed: int) -> None:
    files = world(seed)
    chance = random.Random(-seed)
    names = sorted({name for _, name, _ in files})
    gone = set(chance.sample(names, chance.randint(1, min(2, len(names)))))
    con = fed(tmp_path / "fed", files)
    for name in sorted(gone) if chance.random() < 0.5 else [None]:
        forget(con, tmp_path / "fed", *([name] if name else gone))
    wanted = contents(fed(tmp_path / "never", [entry for entry in files if entry[1] not in gone]))
    found = contents(con)
    assert found.keys() == wanted.keys()
    for table, rows in wanted.items():
        assert found[table] == rows, (table, gone, files)


def test_a_row_that_a_later_file_repeats_stays_though_its_file_left_the_inbox(tmp_path: Path) -> None:
    row = "e,p,2026-06-01T10:00:00Z,up,60,,\n"
    put(tmp_path, "monitoring/canonical/a.csv", CHECKS + row)
    put(tmp_path, "monitoring/canonical/b.csv", CHECKS + row)
    con = land(tmp_path)
    (tmp_path / "monitoring/canonical/b.csv").unlink()
    assert forget(con, tmp_path, "monitoring/canonical/a.csv") == withdrawal.Withdrawn(1, 0, 1, 0)
    found = "select files.name, rows_accepted from landing.checks inner join landing.files using (file_id)"
    assert con.execute(found).fetchall() == [("monitoring/canonical/b.csv", 1)]


def test_settings_that_change_take_back_only_what_no_other_file_told(tmp_path: Path) -> None:
    row = "e,p,2026-06-01T10:00:00,up,60,,\n"
    for name in ("x/a.csv", "y/b.csv"):
        put(tmp_path, f"monitoring/canonical/{name}", CHECKS + row)
        put(tmp_path, f"monitoring/canonical/{name[0]}/source.toml", 'time_zone = "UTC"\n')
    con = land(tmp_path)
    put(tmp_path, "monitoring/canonical/x/source.toml", 'time_zone = "Etc/GMT-1"\n', 1)
    land(tmp_path, con)
    stored = con.execute("select checked_at::varchar from landing.checks order by 1").fetchall()
    assert stored == [("2026-06-01 09:00:00+00",), ("2026-06-01 10:00:00+00",)]


def test_a_value_that_was_replaced_comes_back(tmp_path: Path) -> None:
    text = TICKETS + "t,c,support,incident,{},2026-06-01T10:00:00Z,\n"
    con = None
    for name, criticality in (("1", "critical"), ("2", "high"), ("3", "moderate")):
        put(tmp_path, f"tickets/canonical/tickets{name}.csv", text.format(criticality))
        con = land(tmp_path, con)
    assert con is not None
    assert forget(con, tmp_path, "tickets/canonical/tickets3.csv") == withdrawal.Withdrawn(1, 0, 0, 1)
    assert con.execute("select criticality from landing.tickets").fetchall() == [("high",)]
    forget(con, tmp_path, "tickets/canonical/tickets2.csv")
    assert con.execute("select criticality from landing.tickets").fetchall() == [("critical",)]
    assert con.execute("select count(*) from landing.changes").fetchall() == [(0,)]


def test_a_forgotten_file_is_read_again_only_when_its_bytes_change_or_it_is_undone(tmp_path: Path) -> None:
    name = "tickets/canonical/tickets.csv"
    put(tmp_path, name, TICKETS + "t,c,support,incident,high,2026-06-01T10:00:00Z,\n")
    con = land(tmp_path)
    stored = "select list(ticket_id order by 1) from landing.tickets"
    for _ in range(2):
        forget(con, tmp_path, name) if _ == 0 else land(tmp_path, con)
        assert con.execute(stored).fetchone() == (None,)
    withdrawal.undo(con, tmp_path, [name], at=AT, by="somebody")
    land(tmp_path, con)
    assert con.execute(stored).fetchone() == (["t"],)
    forget(con, tmp_path, str(tmp_path / name))
    put(tmp_path, name, TICKETS + "u,c,support,incident,high,2026-06-01T10:00:00Z,\n")
    land(tmp_path, con)
    assert con.execute(stored).fetchone() == (["u"],)
    assert con.execute("select count(*), count(undone_at) from landing.withdrawals").fetchone() == (2, 1)


def test_a_withdrawal_that_is_killed_leaves_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "tickets/canonical/tickets.csv"
    put(tmp_path, name, TICKETS + "t,c,support,incident,high,2026-06-01T10:00:00Z,\n")
    con = land(tmp_path)
    before = contents(con)

    def killed(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(withdrawal, "_reject_anew", killed)
    with pytest.raises(KeyboardInterrupt):
        forget(con, tmp_path, name)
    con.rollback()
    assert contents(con) == before
    assert con.execute("select count(*) from landing.withdrawals").fetchone() == (0,)


def test_a_name_that_was_never_read_is_told_with_the_nearest_one(tmp_path: Path) -> None:
    put(tmp_path, "tickets/canonical/tickets.csv", TICKETS)
    con = land(tmp_path)
    with pytest.raises(ConfigurationError, match=r"did you mean tickets/canonical/tickets\.csv\?"):
        withdrawal.readings(con, tmp_path, ["tickets/canonical/ticket.csv"])

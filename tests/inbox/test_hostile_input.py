"""What an inbox may hold on a bad day: nothing crashes, no good row is lost, no row is counted twice."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.inbox import discovery as inbox_files
from pipelines.landing import ingestion
from pipelines.landing.tables import SOURCES
from tools import samples

AS_OF = "2026-03-31T07:00:00Z"
HEADER = "environment_id,probe_id,checked_at,status,period_s,latency_ms,message\n"
CHECKS = "monitoring/canonical/checks.csv"
Con = duckdb.DuckDBPyConnection


def check(day: int, message: str = "ok") -> str:
    return f"e,p,2026-01-{day:02}T00:00:00Z,up,900,,{message}\n"


def land(inbox: Path, con: Con | None = None) -> Con:
    """The inbox in landing tables; a second call with the same connection is a second run."""
    if con is None:
        con = duckdb.connect(":memory:")
        con.execute("set TimeZone = 'UTC'")
        ingestion.create(con)
    ingestion.start_run(con, "run", AS_OF, AS_OF)
    engine = ingestion.Landing(con, inbox)
    for source in SOURCES:
        engine.ingest(source)
    engine.refuse_unknown()
    uneven = con.execute(
        "select name from landing.files where rows_in <> rows_accepted + rows_duplicate + rows_rejected"
    ).fetchall()
    assert uneven == []
    return con


def put(inbox: Path, name: str, content: bytes | str) -> Path:
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rules(con: Con) -> list[tuple[int, str]]:
    return con.execute("select line, rule from landing.rejects order by file, line").fetchall()


def days(con: Con) -> list[int]:
    return [day for (day,) in con.execute("select day(checked_at) from landing.checks order by 1").fetchall()]


# ---------------------------------------------------------------- one bad file
BAD_CSV: dict[str, tuple[str | bytes, list[int], list[tuple[int, str]]]] = {
    "a NUL character": (
        HEADER + check(1) + "e,p\0,2026-01-02T00:00:00Z,up,,,\n" + check(3),
        [1, 3],
        [(3, "nul_character")],
    ),
    "a byte order mark": (b"\xef\xbb\xbf" + (HEADER + check(1)).encode(), [1], []),
    "semicolons": ((HEADER + check(1)).replace(",", ";"), [1], []),
    "Windows line ends": ((HEADER + check(1) + check(2)).replace("\n", "\r\n"), [1, 2], []),
    "no line end at the end": ((HEADER + check(1) + check(2)).rstrip(), [1, 2], []),
    "blank lines": (
        HEADER + "\n" + check(1) + "\n\n" + check(2) + "broken\n",
        [1, 2],
        [(7, "too_few_fields")],
    ),
    "too many fields": (
        HEADER + check(1) + check(2).rstrip() + ",and,more\n" + check(3),
        [1, 3],
        [(3, "too_many_fields")],
    ),
    "too few fields": (HEADER + check(1) + "e\n" + check(3), [1, 3], [(3, "too_few_fields")]),
    "a row cut before its last field": (
        HEADER + check(1) + check(2).rsplit(",", 1)[0] + "\n" + check(3),
        [1, 3],
        [(3, "too_few_fields")],
    ),
    "a row cut short where quotes hold separators": (
        HEADER + check(1, '"a, b, ""c"", d"') + check(2).rsplit(",", 1)[0] + "\n" + check(3, '",,"'),
        [1, 3],
        [(3, "too_few_fields")],
    ),
    "the last row cut short": (HEADER + check(1) + check(2).rsplit(",", 1)[0], [1], [(3, "too_few_fields")]),
    "a separator behind every row": (
        HEADER + (check(1) + check(2)).replace("\n", ",\n") + "\n",
        [1, 2],
        [],
    ),
    "a separator behind the header and every row": ((HEADER + check(1)).replace("\n", ",\n"), [1], []),
    "a separator behind one row": (
        HEADER + check(1).replace("\n", ",\n") + check(2),
        [2],
        [(2, "too_many_fields")],
    ),
    "two separators behind every row": (
        HEADER + check(1).replace("\n", ",,\n"),
        [],
        [(2, "too_many_fields")],
    ),
    "UTF-16, as spreadsheets save it": ((HEADER + check(1, "é") + check(2)).encode("utf-16"), [1, 2], []),
    "UTF-16 of the other order": (
        b"\xfe\xff" + (HEADER + check(1) + check(2)).encode("utf-16-be"),
        [1, 2],
        [],
    ),
    "UTF-16 cut within a character": (
        (HEADER + check(1) + check(2)).encode("utf-16")[:-1],
        [1],
        [(3, "not_utf8")],
    ),
    "carriage returns alone": ((HEADER + check(1) + check(2)).replace("\n", "\r"), [1, 2], []),
    "a carriage return within a field": (HEADER + check(1, '"a\rb"') + check(2), [1, 2], []),
    "line breaks within quotes": (
        HEADER + check(1) + check(2, '"two\nlines, ""quoted"""') + check(3),
        [1, 2, 3],
        [],
    ),
    "a quote that is never closed": (
        HEADER + check(1) + check(2, '"open') + check(3) + check(4),
        [1, 3, 4],
        [(3, "broken_record")],
    ),
    "text behind a quote": (HEADER + check(1) + check(2, '"a"b') + check(3), [1, 3], [(3, "broken_record")]),
    "bytes that are not UTF-8": (
        (HEADER + check(1)).encode() + check(2, "accès").encode("latin-1") + check(3).encode(),
        [1, 3],
        [(3, "not_utf8")],
    ),
    "a cell of a megabyte": (HEADER + check(1) + check(2, "x" * 1_000_000) + check(3), [1, 2, 3], []),
    "a formula": (HEADER + check(1, "\"=cmd|'/c calc'!A1\""), [1], []),
    "instants of no clock": (
        HEADER
        + check(1)
        + "".join(f"e,p,{at},up,,,\n" for at in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")),
        [1],
        [(3, "instant_out_of_range"), (4, "instant_out_of_range")],
    ),
    "numbers that are none": (
        HEADER
        + check(1)
        + "".join(f"e,p,2026-01-02T00:00:00Z,up,{number},,\n" for number in ("nan", "inf", "-1")),
        [1],
        [(3, "not_a_number"), (4, "not_a_number"), (5, "below_minimum")],
    ),
    "instants as ISO 8601 allows them": (
        HEADER
        + "".join(
            f"e,p,{at},up,,,\n"
            for at in (
                "20260101T070000Z",
                "2026-01-02t07:00:00z",
                '"2026-01-03T07:00:00,5Z"',
                "2026-01-03T24:00:00Z",
                "2026-01-05T07:00:00.123456789+01:00",
                "20260106T0700+0100",
            )
        ),
        [1, 2, 3, 4, 5, 6],
        [],
    ),
    "times that do not exist": (
        HEADER
        + check(1)
        + "".join(
            f"e,p,{at},up,,,\n"
            for at in ("2026-01-01T24:00:01Z", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00+25:00")
        ),
        [1],
        [(3, "not_an_instant"), (4, "not_an_instant"), (5, "not_an_instant")],
    ),
}


@pytest.mark.parametrize("case", BAD_CSV)
def test_a_csv_file_loses_only_its_bad_rows(tmp_path: Path, case: str) -> None:
    content, good, bad = BAD_CSV[case]
    put(tmp_path, CHECKS, content)
    con = land(tmp_path)
    assert days(con) == good
    assert rules(con) == bad


REFUSED: dict[str, tuple[str, bytes, str]] = {
    "UTF-16 without its mark": (CHECKS, (HEADER + check(1)).encode("utf-16-le"), "missing_column"),
    "an encoding that nobody declared": (CHECKS, ("é" + HEADER + check(1)).encode("cp1252"), "not_utf8"),
    "a word": (CHECKS, b"hello", "missing_column"),
    "a blank line for a header": (CHECKS, b"\n" + (HEADER + check(1)).encode(), "broken_header"),
    "a column that stands twice": (
        CHECKS,
        b"environment_id," + (HEADER + "e," + check(1)).encode(),
        "column_twice",
    ),
    "a required column missing": (
        CHECKS,
        (HEADER + check(1)).replace("status", "state").encode(),
        "missing_column",
    ),
    "gzip that is none": (CHECKS + ".gz", (HEADER + check(1)).encode(), "broken_archive"),
    "gzip cut short": (
        CHECKS + ".gz",
        gzip.compress((HEADER + check(1) * 99).encode())[:-20],
        "broken_archive",
    ),
    "gzip in gzip": (CHECKS + ".gz", gzip.compress(gzip.compress((HEADER + check(1)).encode())), "not_utf8"),
    "zstandard that is none": (CHECKS + ".zst", (HEADER + check(1)).encode(), "broken_archive"),
    "a Parquet file that is none": (
        "monitoring/canonical/checks.parquet",
        b"PAR1 not really PAR1",
        "not_parquet",
    ),
    "a spreadsheet": ("monitoring/canonical/checks.xlsx", b"PK\x03\x04", "unknown_ending"),
    "an unknown format": ("monitoring/nagios/checks.csv", b"a,b\n1,2\n", "unknown_format"),
    "an unknown source": ("moniotring/canonical/checks.csv", (HEADER + check(1)).encode(), "unknown_format"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_of_which_nothing_can_be_read_is_one_reject(tmp_path: Path, case: str) -> None:
    name, content, rule = REFUSED[case]
    put(tmp_path, name, content)
    put(tmp_path, "monitoring/canonical/good.csv", HEADER + check(1))
    con = land(tmp_path)
    assert rules(con) == [(1, rule)]
    assert days(con) == [1]


def test_empty_files_are_files_without_rows(tmp_path: Path) -> None:
    put(tmp_path, CHECKS, "")
    put(tmp_path, "monitoring/canonical/header.csv", HEADER)
    put(tmp_path, "monitoring/canonical/lines.ndjson", "\n\n")
    con = land(tmp_path)
    pl.DataFrame(schema=dict.fromkeys(HEADER.strip().split(","), pl.String)).write_parquet(
        tmp_path / "monitoring/canonical/none.parquet"
    )
    con = land(tmp_path)
    assert con.execute("select count(*), sum(rows_in) from landing.files").fetchone() == (4, 0)
    assert con.execute("select distinct notes from landing.files").fetchall() == [
        (["no row was found in it"],)
    ]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1252", CHECKS),
        ("cp850", CHECKS),
        ("utf-16-le", CHECKS),
        ("cp1252", "monitoring/canonical/checks.ndjson"),
    ],
)
def test_a_declared_encoding_is_used(tmp_path: Path, encoding: str, name: str) -> None:
    rows = [
        {
            "Étage": "e",
            "probe_id": "p",
            "checked_at": "2026-01-01T00:00:00Z",
            "status": "up",
            "message": "réseau",
        }
    ]
    if name.endswith(".csv"):
        text = ",".join(rows[0]) + "\n" + ",".join(rows[0].values()) + "\n"
    else:
        text = json.dumps(rows[0], ensure_ascii=False)
    data = text.encode(encoding)
    put(tmp_path, name, data)
    toml = f'encoding = "{encoding}"\n[columns]\nenvironment_id = "Étage"\n'
    put(tmp_path, "monitoring/canonical/source.toml", toml)
    con = land(tmp_path)
    assert rules(con) == []
    assert con.execute("select message from landing.checks").fetchall() == [("réseau",)]


def test_an_encoding_that_is_none_is_told_with_its_file(tmp_path: Path) -> None:
    put(tmp_path, CHECKS, HEADER + check(1))
    for wrong in ("cp125", "rot13", "base64"):
        put(tmp_path, "monitoring/source.toml", f'encoding = "{wrong}"')
        con = land(tmp_path)
        assert rules(con) == [(1, "unusable_settings")]
        (told,) = con.execute("select value from landing.rejects").fetchone() or ("",)
        assert f"source.toml: encoding = '{wrong}' is no encoding of text" in told
        con.close()
        (tmp_path / "monitoring/source.toml").unlink()


ENVIRONMENTS = '[environments]\n"Shop (prod)" = "e"\n'


@pytest.mark.parametrize(
    ("name", "header", "row"),
    [
        ("monitoring/outages/o.csv", "environment_id,outage_id,down_from", "{},o1,2026-01-01T00:00:00Z"),
        (
            "interruptions/canonical/i.csv",
            "interruption_id,environment_id,cause,starts_at",
            "i1,{},force_majeure,2026-01-01T00:00:00Z",
        ),
        (
            "tickets/canonical/tickets.csv",
            "ticket_id,client_id,environment_id,channel,kind,created_at",
            "t1,k,{},support,incident,2026-01-01T00:00:00Z",
        ),
        (
            "tickets/event_log/log.csv",
            "ticket_id,client_id,environment_id,event,event_at,channel,kind",
            "t1,k,{},created,2026-01-01T00:00:00Z,support,incident",
        ),
        (
            "backups/canonical/points.csv",
            "repository_id,place,listed_at,environment_id,content,point_id,started_at",
            "r,a,2026-01-01T00:00:00Z,{},data,p1,2026-01-01T00:00:00Z",
        ),
        (
            "backups/canonical/jobs.csv",
            "repository_id,environment_id,content,job_id,started_at,status",
            "r,{},data,j1,2026-01-01T00:00:00Z,success",
        ),
        (
            "backups/canonical/restores.csv",
            "restore_id,environment_id,asked_at,kind,result",
            "r1,{},2026-01-01T00:00:00Z,test,success",
        ),
    ],
)
def test_a_mapping_of_environments_holds_wherever_one_is_named(
    tmp_path: Path, name: str, header: str, row: str
) -> None:
    table = {"o": "outages", "i": "interruptions", "log": "ticket_events"}.get(
        Path(name).stem, Path(name).stem
    )
    other = row.replace("1", "2", 1).replace("o1", "o2").replace("p1", "p2")
    rows = [row.format("Shop (prod)"), other.format("Unknown shop")]
    put(tmp_path, name, "\n".join([header, *rows]) + "\n")
    put(tmp_path, str(Path(name).with_name("source.toml")), ENVIRONMENTS)
    con = land(tmp_path)
    assert rules(con) == [(3, "unmapped_environment")]
    column = "environment_id" if table != "points" else "point_keys.environment_id"
    join = " join landing.point_keys using (point_key)" if table == "points" else ""
    assert con.execute(f"select {column} from landing.{table}{join}").fetchall() == [("e",)]


def test_who_names_no_environment_is_not_mapped(tmp_path: Path) -> None:
    header = "interruption_id,contract_id,environment_id,cause,starts_at\n"
    put(tmp_path, "interruptions/canonical/i.csv", header + "i1,k,,force_majeure,2026-01-01T00:00:00Z\n")
    put(
        tmp_path,
        "registry/canonical/environments.csv",
        "environment_id,client_id,contract_id,kind,opened_on\ne,k,k,test,2026-01-01\n",
    )
    put(tmp_path, "source.toml", ENVIRONMENTS)
    con = land(tmp_path)
    assert rules(con) == []
    assert con.execute("select environment_id from landing.environments").fetchall() == [("e",)]


def test_a_file_of_broken_lines_alone_tells_each_of_them(tmp_path: Path) -> None:
    put(tmp_path, "monitoring/canonical/checks.ndjson", "{\n[1]\n")
    assert rules(land(tmp_path)) == [(1, "not_json"), (2, "not_a_json_object")]


def test_ndjson_loses_only_its_bad_lines(tmp_path: Path) -> None:
    good = {"environment_id": "e", "probe_id": "p", "checked_at": "2026-01-01T00:00:00Z", "status": "up"}
    lines = [
        json.dumps(good),
        "null",
        '["e"]',
        '{"environment_id": ',
        "[" * 100_000,
        json.dumps({**good, "probe_id": "p\0"}),
        json.dumps({**good, "checked_at": 1_767_225_600}),
        json.dumps({**good, "checked_at": "2026-01-02T00:00:00Z", "latency_ms": float("nan")}),
        json.dumps({**good, "checked_at": "2026-01-03T00:00:00Z", "message": {"nested": ["text"]}}),
    ]
    put(tmp_path, "monitoring/canonical/checks.ndjson", "\n".join(lines).encode() + b"\n\xff\xfe\n")
    con = land(tmp_path)
    assert days(con) == [1, 3]
    assert rules(con) == [
        (2, "not_a_json_object"),
        (3, "not_a_json_object"),
        (4, "not_json"),
        (5, "not_json"),
        (6, "nul_character"),
        (7, "not_an_instant"),
        (8, "not_a_number"),
        (10, "not_utf8"),
    ]


def test_parquet_loses_only_its_bad_rows(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"environment_id": ["e", "e", None], "probe_id": ["p", "p\0", "p"], "status": ["up", "up", "up"]}
    ).with_columns(checked_at=pl.datetime(2026, 1, pl.int_range(1, 4), time_zone="Europe/Paris"))
    (tmp_path / "monitoring/canonical").mkdir(parents=True)
    frame.write_parquet(tmp_path / "monitoring/canonical/checks.parquet")
    con = land(tmp_path)
    assert con.execute("select checked_at::varchar from landing.checks").fetchall() == [
        ("2025-12-31 23:00:00+00",)
    ]
    assert rules(con) == [(2, "nul_character"), (3, "required_value_missing")]


def test_a_period_beyond_all_probes_is_one_reject(tmp_path: Path) -> None:
    huge = check(1).replace(",900,", ",1e20,")
    put(tmp_path, CHECKS, HEADER + huge + check(2))
    con = land(tmp_path)
    assert rules(con) == [(2, "above_maximum")]
    assert days(con) == [2]


def test_an_interruption_of_nothing_is_a_reject_with_its_line(tmp_path: Path) -> None:
    header = "interruption_id,contract_id,environment_id,cause,starts_at\n"
    rows = "i1,,e,force_majeure,2026-01-01T00:00:00Z\ni2,,,force_majeure,2026-01-01T00:00:00Z\n"
    put(tmp_path, "interruptions/canonical/i.csv", header + rows)
    con = land(tmp_path)
    assert rules(con) == [(3, "required_value_missing")]
    assert con.execute("select interruption_id from landing.interruptions").fetchall() == [("i1",)]


def test_an_end_that_no_clock_shows_is_no_open_end(tmp_path: Path) -> None:
    """9999-12-31 for "still down" (R39): what a broken clock wrote is not read as an outage without end."""
    header = "environment_id,outage_id,down_from,down_until\n"
    rows = "e,o1,2026-01-01T00:00:00Z,9999-12-31T23:59:59Z\ne,o2,2026-01-01T00:00:00Z,\n"
    put(tmp_path, "monitoring/outages/o.csv", header + rows)
    interruptions = "interruption_id,environment_id,cause,starts_at,ends_at\n"
    put(
        tmp_path,
        "interruptions/canonical/i.csv",
        interruptions + "i1,e,force_majeure,2026-01-01T00:00:00Z,9999-12-31T00:00:00Z\n",
    )
    con = land(tmp_path)
    assert sorted(rules(con)) == [(2, "instant_out_of_range"), (2, "instant_out_of_range")]
    assert con.execute("select outage_id from landing.outages").fetchall() == [("o2",)]


def test_an_archive_that_explodes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_files, "MAX_INFLATED_BYTES", 10_000_000)
    put(tmp_path, CHECKS + ".gz", gzip.compress((HEADER + check(1) * 400_000).encode()))
    put(tmp_path, "monitoring/canonical/good.csv", HEADER + check(2))
    con = land(tmp_path)
    assert rules(con) == [(1, "archive_too_large")]
    assert days(con) == [2]


def test_names_are_only_names(tmp_path: Path) -> None:
    name = 'monitoring/canonical/l\'été "2026"; drop table landing.checks;--/🥖 $(id).csv'
    put(tmp_path, name, HEADER + check(1))
    con = land(tmp_path)
    assert con.execute("select name from landing.files").fetchall() == [(name,)]
    assert days(con) == [1]


def test_a_link_out_of_the_inbox_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "elsewhere/secret.csv", HEADER + check(1))
    inbox = tmp_path / "inbox"
    (inbox / "monitoring/canonical").mkdir(parents=True)
    (inbox / CHECKS).symlink_to(tmp_path / "elsewhere/secret.csv")
    put(inbox, "monitoring/canonical/own.csv", HEADER + check(1))
    con = land(inbox)
    assert rules(con) == [(1, "link_out_of_inbox")]
    assert days(con) == [1]


def test_a_linked_folder_out_of_the_inbox_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, "elsewhere/secret.csv", HEADER + check(1))
    inbox = tmp_path / "inbox"
    (inbox / "monitoring").mkdir(parents=True)
    (inbox / "monitoring/canonical").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert days(land(inbox)) == []


# ---------------------------------------------------------------- the same rows again
def contents(con: Con) -> dict[str, list[tuple[Any, ...]]]:
    """What landing tables hold, without where it came from."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for name in ("checks", "tickets", "points", "outages", "interruptions"):
        columns = [row[0] for row in con.execute(f"describe landing.{name}").fetchall()]
        kept = [column for column in columns if column not in ("file_id", "line", "probe_key", "point_key")]
        key = ", probe_id" if name == "checks" else ", point_id" if name == "points" else ""
        joins = {
            "checks": " join landing.probes using (probe_key)",
            "points": " join landing.point_keys using (point_key)",
        }
        found[name] = con.execute(
            f"select {', '.join(kept)}{key} from landing.{name}{joins.get(name, '')} order by all"
        ).fetchall()
    return found


def some_rows() -> list[str]:
    """Lines of checks of two probes, one a minute."""
    chance = random.Random(7)
    status = ("up", "down")
    return [
        f"e,{probe},2026-01-01T{minute // 60:02}:{minute % 60:02}:00Z,{chance.choice(status)},60,,m{minute}\n"
        for minute in range(300)
        for probe in ("p", "q")
    ]


Way = Callable[[Path, list[str]], list[tuple[str, str]]]
WAYS: dict[str, list[list[tuple[str, str]]]] = {
    # each inner list is what is put into the inbox before one more run: (file name, which rows)
    "once": [[("a.csv", "all")]],
    "twice": [[("a.csv", "all")], [("a.csv", "all")]],
    "a longer version": [[("a.csv", "first")], [("a.csv", "all")]],
    "shuffled": [[("a.csv", "shuffled")]],
    "again, shuffled": [[("a.csv", "all")], [("b.csv", "shuffled")]],
    "renamed": [[("a.csv", "all")], [("z.csv", "all")]],
    "two overlapping files": [[("a.csv", "first"), ("b.csv", "second")]],
    "the later half first": [[("a.csv", "second")], [("b.csv", "first")]],
    "every row twice in a file": [[("a.csv", "doubled")]],
    "compressed, then plain": [[("a.csv.gz", "all")], [("a.csv", "all")]],
}


@pytest.mark.parametrize("way", WAYS)
def test_however_rows_arrive_the_warehouse_ends_the_same(tmp_path: Path, way: str) -> None:
    lines = some_rows()
    shuffled = random.Random(1).sample(lines, len(lines))
    versions = {
        "all": lines,
        "first": lines[:400],
        "second": lines[300:],
        "shuffled": shuffled,
        "doubled": [*lines, *lines],
    }
    put(tmp_path / "once", CHECKS, HEADER + "".join(lines))
    con = None
    for step in WAYS[way]:
        for name, version in step:
            text = (HEADER + "".join(versions[version])).encode()
            content = gzip.compress(text) if name.endswith(".gz") else text
            put(tmp_path / "way", f"monitoring/canonical/{name}", content)
        con = land(tmp_path / "way", con)
    assert con is not None
    assert contents(con) == contents(land(tmp_path / "once"))
    assert con.execute("select count(*) from landing.changes").fetchone() == (0,)


def test_a_rejected_row_sent_again_is_a_known_duplicate(tmp_path: Path) -> None:
    text = HEADER + check(1) + "e,p,someday,up,,,\n"
    put(tmp_path, CHECKS, text)
    con = land(tmp_path)
    put(tmp_path, CHECKS, text + check(2))
    land(tmp_path, con)
    assert rules(con) == [(3, "not_an_instant")]
    assert days(con) == [1, 2]


@pytest.mark.parametrize("together", [True, False])
def test_a_row_sent_again_with_other_values_replaces_and_is_told(tmp_path: Path, together: bool) -> None:
    put(tmp_path, "monitoring/canonical/a.csv", HEADER + check(1) + check(2))
    con = None if together else land(tmp_path)
    put(tmp_path, "monitoring/canonical/b.csv", HEADER + check(2, "corrected"))
    con = land(tmp_path, con)
    assert con.execute("select message from landing.checks order by checked_at").fetchall() == [
        ("ok",),
        ("corrected",),
    ]
    changes = con.execute(
        "select json_extract_string(old_values, 'message'), json_extract_string(new_values, 'message')"
        " from landing.changes"
    ).fetchall()
    assert changes == [("ok", "corrected")]


def test_the_samples_tell_their_two_corrected_rows() -> None:
    con = land(Path(__file__).resolve().parents[2] / "data/samples")
    assert con.execute("select table_name from landing.changes order by 1").fetchall() == [
        ("checks",),
        ("tickets",),
    ]


def test_the_samples_end_the_same_in_any_order_of_their_files(tmp_path: Path) -> None:
    """Month by month, newest first, as when old exports are found later; nothing was corrected in them."""
    samples.write(tmp_path / "whole")
    platform = sorted((tmp_path / "whole/monitoring/canonical/plateforme").iterdir(), reverse=True)
    tickets = sorted((tmp_path / "whole/tickets/canonical").glob("pauses*"))
    whole = tmp_path / "chosen"
    con = None
    for path in (*platform, *tickets):
        put(tmp_path / "step", path.relative_to(tmp_path / "whole").as_posix(), path.read_bytes())
        put(whole, path.relative_to(tmp_path / "whole").as_posix(), path.read_bytes())
        con = land(tmp_path / "step", con)
    assert con is not None
    assert contents(con) == contents(land(whole))


@pytest.mark.parametrize(
    "bounds",
    [{"MERGE_FILES": 1}, {"HELD_ROWS": 20_000, "PORTION_ROWS": 20_000, "SMALL_BATCH": 0}, {"SMALL_BATCH": 0}],
)
def test_the_size_of_a_portion_is_no_matter(bounds: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """File by file, in portions that wait in the database, or all at once: the same rows, counts and changes."""
    inbox = Path(__file__).resolve().parents[2] / "data/samples"
    # Of rows with one key that come together, those that went are duplicates; apart, a correction is a row accepted.
    counted = (
        "select name, rows_in, rows_accepted + rows_duplicate, rows_rejected, first_event_at, last_event_at, notes"
        " from landing.files order by name"
    )
    whole = land(inbox)
    for name, value in bounds.items():
        monkeypatch.setattr(ingestion, name, value)
    con = land(inbox)
    assert contents(con) == contents(whole)
    assert con.execute(counted).fetchall() == whole.execute(counted).fetchall()
    for told in (
        "select table_name, new_values from landing.changes",
        "select * exclude (file_id) from landing.rejects",
    ):
        assert (
            con.execute(f"{told} order by all").fetchall() == whole.execute(f"{told} order by all").fetchall()
        )


# ---------------------------------------------------------------- settings
def test_changed_settings_read_the_file_anew_and_take_back_the_old_rows(tmp_path: Path) -> None:
    text = HEADER + "e,p,2026-01-01T01:00:00,up,900,,ok\n"
    put(tmp_path, CHECKS, text)
    put(tmp_path, "monitoring/canonical/source.toml", 'time_zone = "Europe/Paris"\n')
    con = land(tmp_path)
    put(tmp_path, "monitoring/canonical/source.toml", 'time_zone = "UTC"\n')
    land(tmp_path, con)
    assert con.execute("select checked_at::varchar from landing.checks").fetchall() == [
        ("2026-01-01 01:00:00+00",)
    ]


@pytest.mark.parametrize(
    "settings",
    [
        'time_zone = "Europe/Pari"\n',
        'timezone = "UTC"\n',
        "time_zone = 1\n",
        "not toml",
        'ambiguous = "maybe"\n',
    ],
)
def test_settings_that_cannot_be_meant_stop_their_files_with_words(tmp_path: Path, settings: str) -> None:
    put(tmp_path, CHECKS, HEADER + check(1))
    put(tmp_path, "monitoring/canonical/source.toml", settings)
    con = land(tmp_path)
    assert rules(con) == [(1, "unusable_settings")]
    assert days(con) == []
    assert "source.toml" in str(con.execute("select value from landing.rejects").fetchone())

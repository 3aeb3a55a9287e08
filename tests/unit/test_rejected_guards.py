"""Whom a row of holds or dossiers concerns that cannot be read; in doubt everybody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.errors import UnreadableFile
from pipelines.inbox.discovery import InboxFile
from pipelines.inbox.source_config import SourceConfig
from pipelines.readers import canonical, rejected_guards

HOLDS = "hold_id,client_id,dossier_id,reason,from_on\n"
Told = list[tuple[object, ...]]


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., Told]:
    def read(name: str, text: str, shown: str, **settings: object) -> Told:
        file = _file(tmp_path, name, text.encode(), **settings)
        batches = [batch for batch in canonical.read(file) if batch.table.startswith("rejected_")]
        return [row for batch in batches for row in batch.rows.select(shown.split()).rows()]

    return read


def _file(folder: Path, name: str, data: bytes, **settings: object) -> InboxFile:
    path = folder / name.rpartition("/")[2]
    path.write_bytes(data)
    source, format_, *_ = name.split("/")
    return InboxFile(path, name, source, format_, SourceConfig(settings))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HOLDS + "h1,c,d,x,01/01/2020\n", [(2, "h1", "c", "d", "not_a_date")]),
        (HOLDS + " h1 , c ,,,2020-01-01\n", [(2, "h1", "c", None, "required_value_missing")]),
        (HOLDS + "h1,,d,x,2020-01-01\n", [(2, "h1", None, "d", "required_value_missing")]),
        (HOLDS + "h1,c,d\n,x,2020-01-01\n", [(2, None, None, None, "too_few_fields"), (3, None, None, None, "too_few_fields")]),
        (HOLDS + 'h1,c,"d,x,2020-01-01\n', [(2, None, None, None, "broken_record")]),
        (HOLDS + "h1,c,d,x,2020-01-01\n , ,,,\n,,,,\n", []),  # what a spreadsheet leaves behind
        (HOLDS, []),
    ],
)  # fmt: skip
def test_a_rejected_hold_tells_whom_it_may_concern(
    told: Callable[..., Told], text: str, expected: Told
) -> None:
    assert told("holds/canonical/a.csv", text, "line hold_id client_id dossier_id rule") == expected


def test_the_files_own_columns_and_defaults_count(told: Callable[..., Told]) -> None:
    found = told(
        "holds/canonical/a.csv", "Ref;Dossier;Motif;Du\nr1;d;x;hier\n;;;\n", "line hold_id client_id dossier_id",
        columns={"hold_id": "Ref", "dossier_id": "Dossier", "reason": "Motif", "from_on": "Du"}, defaults={"client_id": "c"},
    )  # fmt: skip
    assert found == [(2, "r1", "c", "d")]


def test_an_object_of_unknown_names_is_no_blank_row(told: Callable[..., Told]) -> None:
    text = '{"hold_id": "h", "client_id": "c", "reason": "x", "from_on": "2020-01-01"}\n{"Hold": "h2", "Client": "c"}\n{}\n'
    assert told("holds/canonical/a.ndjson", text, "line client_id") == [(2, None)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("client_id,dossier_id,fiscal_year_end\nc,d,30-06\nc,e,02-30\nc,f,02-29\n", [("d", "not_of_the_form"), ("e", "not_of_the_form")]),
        ("client_id,dossier_id,cloture\nc,d,06-30\nc,e,30 juin\nc,f,\n", [("d", "unknown_column"), ("e", "unknown_column")]),
        ("client_id,dossier_id,fiscal_year_end,debut\nc,d,12-31,2019-01-01\nc,e,,2019-01-01\n", [("e", "unknown_column")]),
        ("client_id,dossier_id,name,address,phone\nc,d,Boulangerie du 8 mai,12 rue de Mai,01 23 45 67 89\n", []),
        ("client_id,dossier_id,fiscal_year_from,fiscal_year_until\nc,d,2019-01-01,2019-02-29\n", [("d", "not_a_date")]),
    ],
)  # fmt: skip
def test_fiscal_years_that_are_not_read_are_told(
    told: Callable[..., Told], text: str, expected: Told
) -> None:
    assert told("registry/canonical/dossiers.csv", text, "dossier_id rule") == expected


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("holds/canonical/a.txt", "rejected_holds"),
        ("holds/none/a.csv", "rejected_holds"),
        ("Hold/canonical/a.csv", "rejected_holds"),
        ("registry/canonical/dossier.csv", "rejected_dossiers"),
        ("registry/canonical/Environments.csv", "rejected_dossiers"),
        ("registry/canonical/environments.csv", None),
        ("tickets/canonical/holds.csv", None),
    ],
)
def test_a_file_refused_whole_may_be_anybodys(tmp_path: Path, name: str, table: str | None) -> None:
    batch = rejected_guards.of_refused(_file(tmp_path, name, b""), UnreadableFile("unknown_format", "told"))
    assert (batch.table if batch else None) == table
    assert batch is None or batch.rows.row(0, named=True)["client_id"] is None


@pytest.mark.parametrize("data", [b"", b"\n \r\n"])
def test_a_file_of_nothing_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UnreadableFile, match="not even a header"):
        list(canonical.read(_file(tmp_path, "holds/canonical/a.csv", data)))

"""Notices as a person reads them, with the registry row to paste; the same for `check`, `run`, `status` and the report."""

from __future__ import annotations

import csv
import io
from typing import Any

from pipelines.landing.tables import TABLES
from pipelines.reports import text_tables
from pipelines.warehouse import connections

Notice = dict[str, Any]

REGISTRY_FILE = "registry/canonical/environments.csv"
NOTICES_SHOWN = 20  # of each kind; --json has all of them
_COLUMNS = [name for name in TABLES["environments"].columns if name != "line"]
# Left as they are, KIND and the date make the row a reject: it counts for nobody before somebody looked.
_BLANK = {"environment_id": "ENVIRONMENT_ID", "client_id": "CLIENT_ID", "contract_id": "CONTRACT_ID", "kind": "KIND",
          "opened_on": "YYYY-MM-DD"}  # fmt: skip
_QUERY = "select notice, source, log, name, rows, first_at, last_at, nearest from {} order by notice, name, source, log"

TITLES = {
    "no_registry": "No registry",
    "unknown_environment": "Environments that the registry does not know: kept, judged by no contract",
    "unknown_client": "Clients that the registry does not know: kept, judged by no contract",
    "unknown_contract": "Contracts that the contract folder does not have: what names them is judged by none",
    "after_as_of": "Facts after the instant asked about: kept, in no figure of it",
}


def read(con: Any, relation: str) -> list[Notice]:
    """All notices of `landing.notices` or of the mart, each with the registry row that it asks for."""
    return [
        {**notice, "registry_row": registry_row(notice)}
        for notice in connections.records(con, _QUERY.format(relation))
    ]


def registry_row(notice: Notice) -> str | None:
    """A line for the registry's environments.csv, in the order of its header; what nobody told is a word in capitals."""
    column = {"unknown_environment": "environment_id", "unknown_client": "client_id"}.get(notice["notice"])
    return (
        None
        if column is None
        else _line([{**_BLANK, column: notice["name"]}.get(name, "") for name in _COLUMNS])
    )


def registry_rows(notices: list[Notice]) -> list[str]:
    """The rows that notices ask for, each name once, whatever logs name it."""
    return list(dict.fromkeys(row for notice in notices if (row := registry_row(notice))))


def registry_header() -> str:
    return _line(_COLUMNS)


def text(notices: list[Notice]) -> str:
    """What is told after the figures; empty where there is nothing."""
    parts: list[str] = []
    for kind, title in TITLES.items():
        found = [notice for notice in notices if notice["notice"] == kind]
        if not found:
            continue
        if kind == "no_registry":
            parts += [
                "",
                f"{title}: {found[0]['rows']} rows and no environment to judge them for; write {REGISTRY_FILE} into the inbox",
            ]
            continue
        parts += ["", title, text_tables.text([_shown(notice) for notice in found[:NOTICES_SHOWN]])]
        if found[NOTICES_SHOWN:]:
            parts.append(f"and {len(found) - NOTICES_SHOWN} more: --json has all of them")
        if lines := registry_rows(found):
            parts += [
                f"Mend the name where it is mistyped, else add to {REGISTRY_FILE}, with the words in capitals replaced:",
                *(text_tables.printable(line) for line in (registry_header(), *lines[:NOTICES_SHOWN])),
            ]
            if lines[NOTICES_SHOWN:]:
                parts.append(f"and {len(lines) - NOTICES_SHOWN} more such rows: --json has all of them")
    return "\n".join(parts)


def _shown(notice: Notice) -> dict[str, Any]:
    told = {"name": notice["name"]} if notice["notice"] != "after_as_of" else {}
    return {
        **told,
        "in": f"{notice['source']}/{notice['log']}",
        "rows": notice["rows"],
        **{
            name: at and f"{at:%Y-%m-%d %H:%M}Z"
            for name, at in (("first", notice["first_at"]), ("last", notice["last_at"]))
        },
        **({"nearest known": notice["nearest"]} if told else {}),
    }


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()
